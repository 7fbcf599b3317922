import { isIPv4 } from 'node:net';

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
  | {
      readonly command: 'provision';
      readonly dataDir: string;
      readonly configFile: string;
      /** From `--token`, else from the environment. */
      readonly token: string;
      /** What people call this device; its id where it is not given. */
      readonly name: string | null;
    }
  | {
      readonly command: 'doctor';
      readonly configFile: string;
      /** The folder that the window uses where it is not given. */
      readonly dataDir: string | null;
      readonly json: boolean;
    }
  | {
      readonly command: 'ledger';
      readonly dataDir: string;
      readonly configFile: string | null;
      readonly json: boolean;
    }
  | {
      readonly command: 'cameras';
      /** Tells which cameras are sources already. */
      readonly configFile: string | null;
      /** Asked besides what answers by itself: cameras behind a router, which no broadcast reaches. */
      readonly addresses: readonly string[];
      readonly json: boolean;
    }
  | {
      readonly command: 'demo';
      readonly json: boolean;
      readonly keepOpen: boolean;
      readonly lan: boolean;
      readonly cameras: boolean;
    };

export type CliOutcome =
  | { readonly ok: true; readonly options: RunOptions }
  | { readonly ok: false; readonly message: string };

/** `drainedWithProblems` and `faultsFound` are one number: it ended as it should, but there is something to look at. */
export const exitCodes = {
  ok: 0,
  drained: 0,
  failed: 1,
  badConfiguration: 2,
  drainedWithProblems: 3,
  faultsFound: 3,
} as const;

export const usage = `usage:
  acusight-line-gateway [open] [--config FILE] [--data-dir DIR]
  acusight-line-gateway gateway --config FILE --data-dir DIR [--headless] [--exit-when-drained]
  acusight-line-gateway gateway provision --config FILE --data-dir DIR [--token apt_…] [--name NAME]
  acusight-line-gateway gateway doctor --config FILE [--data-dir DIR] [--json]
  acusight-line-gateway gateway ledger --verify --data-dir DIR [--config FILE] [--json]
  acusight-line-gateway gateway cameras [--config FILE] [--address IP[,IP…]] [--json]
  acusight-line-gateway demo [--json] [--keep-open] [--lan] [--cameras]

provision  takes a provisioning token for a device key and stores the key for later runs on that data folder.
           Other users of this PC can see a token given by --token; the environment variable
           ACUSIGHT_PROVISIONING_TOKEN keeps it from them.
doctor     tests everything on the way from here to the cloud, and says what to do about each fault.
ledger     checks that every picture taken is accounted for.
cameras    lists the cameras on this PC's networks and USB ports.

Secrets come from environment variables, or from those entered in the window or provisioned:
ACUSIGHT_DEVICE_KEY, ACUSIGHT_S3_ACCESS_KEY_ID, ACUSIGHT_S3_SECRET_ACCESS_KEY, ACUSIGHT_PROXY_PASSWORD.
exit codes: 0 done (or drained), 2 bad configuration or arguments, 3 the doctor found faults, the ledger has gaps,
or drained but with dead letters or refused files, 1 otherwise`;

type Environment = Readonly<Record<string, string | undefined>>;
const tokenVariable = 'ACUSIGHT_PROVISIONING_TOKEN';

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

/** `environment` is where a provisioning token may be, which nobody should have to write on a command line. */
export function parseArguments(args: readonly string[], environment: Environment = {}): CliOutcome {
  const [first = 'open', second = ''] = args;
  const named = first.startsWith('--') ? 'open' : first;
  const rest = first.startsWith('--') ? args : args.slice(1);
  if (named === 'gateway' && isTask(second)) return tasks[second](args.slice(2), environment);
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
      const flags = readFlags(rest, [], ['json', 'keep-open', 'lan', 'cameras']);
      if (typeof flags === 'string') return { ok: false, message: flags };
      return {
        ok: true,
        options: {
          command: 'demo',
          json: flags.set.has('json'),
          keepOpen: flags.set.has('keep-open'),
          lan: flags.set.has('lan'),
          cameras: flags.set.has('cameras'),
        },
      };
    }
    default:
      return { ok: false, message: `"${named}" is no command` };
  }
}

/** What `gateway` can do besides running: each does one thing, prints it and ends. */
const tasks = {
  provision: (args: readonly string[], environment: Environment): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir', 'token', 'name'], []);
    if (typeof flags === 'string') return { ok: false, message: flags };
    const configFile = flags.values.get('config');
    const dataDir = flags.values.get('data-dir');
    if (configFile === undefined || dataDir === undefined)
      return { ok: false, message: '"gateway provision" needs --config FILE and --data-dir DIR' };
    const token = (flags.values.get('token') ?? environment[tokenVariable] ?? '').trim();
    if (token === '')
      return { ok: false, message: `"gateway provision" needs --token apt_…, or ${tokenVariable} in the environment` };
    const name = flags.values.get('name') ?? null;
    return { ok: true, options: { command: 'provision', configFile, dataDir, token, name } };
  },
  doctor: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir'], ['json']);
    if (typeof flags === 'string') return { ok: false, message: flags };
    const configFile = flags.values.get('config');
    if (configFile === undefined) return { ok: false, message: '"gateway doctor" needs --config FILE' };
    const dataDir = flags.values.get('data-dir') ?? null;
    return { ok: true, options: { command: 'doctor', configFile, dataDir, json: flags.set.has('json') } };
  },
  ledger: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir'], ['json', 'verify']);
    if (typeof flags === 'string') return { ok: false, message: flags };
    const dataDir = flags.values.get('data-dir');
    if (dataDir === undefined || !flags.set.has('verify'))
      return { ok: false, message: '"gateway ledger" needs --verify and --data-dir DIR' };
    const configFile = flags.values.get('config') ?? null;
    return { ok: true, options: { command: 'ledger', dataDir, configFile, json: flags.set.has('json') } };
  },
  cameras: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'address'], ['json']);
    if (typeof flags === 'string') return { ok: false, message: flags };
    const addresses = (flags.values.get('address') ?? '').split(',').filter((address) => address !== '');
    const wrong = addresses.find((address) => !isIPv4(address));
    if (wrong !== undefined) return { ok: false, message: `"${wrong}" is no IPv4 address` };
    const configFile = flags.values.get('config') ?? null;
    return { ok: true, options: { command: 'cameras', configFile, addresses, json: flags.set.has('json') } };
  },
} as const;

const isTask = (word: string): word is keyof typeof tasks => Object.hasOwn(tasks, word);

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
