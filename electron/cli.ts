/** What the program was asked to do. */
export type RunOptions =
  | { readonly command: 'open'; readonly dataDir: string | null; readonly configFile: string | null }
  | {
      readonly command: 'gateway';
      readonly dataDir: string;
      readonly configFile: string;
      readonly headless: boolean;
      readonly exitWhenDrained: boolean;
    }
  | { readonly command: 'demo'; readonly json: boolean; readonly keepOpen: boolean };

export type CliOutcome =
  | { readonly ok: true; readonly options: RunOptions }
  | { readonly ok: false; readonly message: string };

export const exitCodes = { drained: 0, failed: 1, badConfiguration: 2, drainedWithProblems: 3 } as const;

export const usage = `usage:
  acusight-line-gateway [open] [--config FILE] [--data-dir DIR]
  acusight-line-gateway gateway --config FILE --data-dir DIR [--headless] [--exit-when-drained]
  acusight-line-gateway demo [--json] [--keep-open]

The device key comes from the environment variable ACUSIGHT_DEVICE_KEY, or from the key entered in the window.
exit codes: 0 drained, 2 bad configuration, 3 drained but with dead letters or refused files, 1 otherwise`;

/**
 * The program's own arguments. In development Electron has switches and the app's folder before them: they come after
 * `--`, which also keeps Chromium from reading `--headless` as its own.
 */
export function ownArguments(argv: readonly string[], isPackaged: boolean): string[] {
  const separator = argv.indexOf('--');
  if (separator >= 0) return argv.slice(separator + 1);
  if (!isPackaged) return [];
  const own = argv.slice(1);
  const first = own.findIndex((argument) => ['open', 'gateway', 'demo'].includes(argument));
  if (first >= 0) return own.slice(first);
  return own.filter(
    (argument, index) =>
      /^--(?:config|data-dir)(?:=|$)/.test(argument) || /^--(?:config|data-dir)$/.test(own[index - 1] ?? ''),
  );
}

export function parseArguments(args: readonly string[]): CliOutcome {
  const [first = 'open'] = args;
  const named = first.startsWith('--') ? 'open' : first;
  const rest = first.startsWith('--') ? args : args.slice(1);
  switch (named) {
    case 'open': {
      const flags = readFlags(rest, ['config', 'data-dir'], []);
      if (typeof flags === 'string') return { ok: false, message: flags };
      return {
        ok: true,
        options: {
          command: 'open',
          dataDir: flags.values.get('data-dir') ?? null,
          configFile: flags.values.get('config') ?? null,
        },
      };
    }
    case 'gateway': {
      const flags = readFlags(rest, ['config', 'data-dir'], ['headless', 'exit-when-drained']);
      if (typeof flags === 'string') return { ok: false, message: flags };
      const configFile = flags.values.get('config');
      const dataDir = flags.values.get('data-dir');
      if (configFile === undefined || dataDir === undefined)
        return { ok: false, message: '"gateway" needs --config FILE and --data-dir DIR' };
      return {
        ok: true,
        options: {
          command: 'gateway',
          configFile,
          dataDir,
          headless: flags.set.has('headless'),
          exitWhenDrained: flags.set.has('exit-when-drained'),
        },
      };
    }
    case 'demo': {
      const flags = readFlags(rest, [], ['json', 'keep-open']);
      if (typeof flags === 'string') return { ok: false, message: flags };
      return {
        ok: true,
        options: { command: 'demo', json: flags.set.has('json'), keepOpen: flags.set.has('keep-open') },
      };
    }
    default:
      return { ok: false, message: `"${named}" is no command` };
  }
}

type Flags = { readonly values: ReadonlyMap<string, string>; readonly set: ReadonlySet<string> };

function readFlags(args: readonly string[], valued: readonly string[], plain: readonly string[]): Flags | string {
  const values = new Map<string, string>();
  const set = new Set<string>();
  for (let index = 0; index < args.length; index += 1) {
    const match = /^--([a-z-]+)(?:=(.*))?$/s.exec(args[index] ?? '');
    const name = match?.[1] ?? '';
    if (plain.includes(name) && match?.[2] === undefined) set.add(name);
    else if (valued.includes(name)) {
      const inline = match?.[2];
      if (inline === undefined) index += 1;
      const value = inline ?? args[index];
      if (value === undefined || value === '' || value.startsWith('--')) return `--${name} needs a value`;
      values.set(name, value);
    } else return `"${args[index] ?? ''}" is no option of this command`;
  }
  return { values, set };
}
