import { isIPv4 } from 'node:net';
import { type Message, message, type ParamsOf } from '../../shared/messages/message.ts';
import type { Words } from '../../shared/messages/words.ts';
import { wrapped } from './output.ts';

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
      readonly command: 'recover';
      readonly dataDir: string;
      readonly configFile: string;
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
  | { readonly ok: false; readonly message: Message };

/** `drainedWithProblems` and `faultsFound` are one number: it ended as it should, but there is something to look at. */
export const exitCodes = {
  ok: 0,
  drained: 0,
  failed: 1,
  badConfiguration: 2,
  drainedWithProblems: 3,
  faultsFound: 3,
} as const;

const grammar = `usage:
  acusight-line-gateway [open] [--config FILE] [--data-dir DIR]
  acusight-line-gateway gateway --config FILE --data-dir DIR [--headless] [--exit-when-drained]
  acusight-line-gateway provision --config FILE --data-dir DIR [--token apt_…] [--name NAME]
  acusight-line-gateway doctor --config FILE [--data-dir DIR] [--json]
  acusight-line-gateway ledger --verify --data-dir DIR [--config FILE] [--json]
  acusight-line-gateway recover --config FILE --data-dir DIR [--json]
  acusight-line-gateway cameras [--config FILE] [--address IP[,IP…]] [--json]
  acusight-line-gateway demo [--json] [--keep-open] [--lan] [--cameras]`;
const helpWidth = 120;
const nameWidth = 11;

/** What can be written on the command line, and what it does. */
export function usage({ text }: Words): string {
  const help = (context: ParamsOf<'command-help'>['context'], indent = 0): string =>
    wrapped(text(message('command-help', { context })), helpWidth - indent).join(`\n${' '.repeat(indent)}`);
  const commands = (['provision', 'doctor', 'ledger', 'recover', 'cameras'] as const).map(
    (name) => `${name.padEnd(nameWidth)}${help(name, nameWidth)}`,
  );
  return [grammar, commands.join('\n'), `${help('secrets')}\n${help('exit-codes')}`].join('\n\n');
}

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
  const first = own.findIndex((argument) => isTask(argument) || ['open', 'gateway', 'demo'].includes(argument));
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
  if (isTask(named)) return tasks[named](rest, environment);
  // As versions before had it.
  if (named === 'gateway' && isTask(second)) return tasks[second](args.slice(2), environment);
  switch (named) {
    case 'open': {
      const flags = readFlags(rest, ['config', 'data-dir'], []);
      if ('code' in flags) return refused(flags);
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
      if ('code' in flags) return refused(flags);
      const configFile = flags.values.get('config');
      const dataDir = flags.values.get('data-dir');
      if (configFile === undefined || dataDir === undefined)
        return refused(message('command-needs', { context: 'config-and-data', command: 'gateway' }));
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
      if ('code' in flags) return refused(flags);
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
      return refused(message('command-unknown', { word: named }));
  }
}

/** What the program can do besides running: each does one thing, prints it and ends. */
const tasks = {
  provision: (args: readonly string[], environment: Environment): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir', 'token', 'name'], []);
    if ('code' in flags) return refused(flags);
    const configFile = flags.values.get('config');
    const dataDir = flags.values.get('data-dir');
    if (configFile === undefined || dataDir === undefined)
      return refused(message('command-needs', { context: 'config-and-data', command: 'provision' }));
    const token = (flags.values.get('token') ?? environment[tokenVariable] ?? '').trim();
    if (token === '') return refused(message('command-needs', { context: 'token', command: 'provision' }));
    const name = flags.values.get('name') ?? null;
    return { ok: true, options: { command: 'provision', configFile, dataDir, token, name } };
  },
  doctor: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir'], ['json']);
    if ('code' in flags) return refused(flags);
    const configFile = flags.values.get('config');
    if (configFile === undefined) return refused(message('command-needs', { context: 'config', command: 'doctor' }));
    const dataDir = flags.values.get('data-dir') ?? null;
    return { ok: true, options: { command: 'doctor', configFile, dataDir, json: flags.set.has('json') } };
  },
  ledger: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir'], ['json', 'verify']);
    if ('code' in flags) return refused(flags);
    const dataDir = flags.values.get('data-dir');
    if (dataDir === undefined || !flags.set.has('verify'))
      return refused(message('command-needs', { context: 'verify-and-data', command: 'ledger' }));
    const configFile = flags.values.get('config') ?? null;
    return { ok: true, options: { command: 'ledger', dataDir, configFile, json: flags.set.has('json') } };
  },
  recover: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'data-dir'], ['json']);
    if ('code' in flags) return refused(flags);
    const configFile = flags.values.get('config');
    const dataDir = flags.values.get('data-dir');
    if (configFile === undefined || dataDir === undefined)
      return refused(message('command-needs', { context: 'config-and-data', command: 'recover' }));
    return { ok: true, options: { command: 'recover', dataDir, configFile, json: flags.set.has('json') } };
  },
  cameras: (args: readonly string[]): CliOutcome => {
    const flags = readFlags(args, ['config', 'address'], ['json']);
    if ('code' in flags) return refused(flags);
    const addresses = (flags.values.get('address') ?? '').split(',').filter((address) => address !== '');
    const wrong = addresses.find((address) => !isIPv4(address));
    if (wrong !== undefined) return refused(message('address-is-none', { word: wrong }));
    const configFile = flags.values.get('config') ?? null;
    return { ok: true, options: { command: 'cameras', configFile, addresses, json: flags.set.has('json') } };
  },
} as const;

const isTask = (word: string): word is keyof typeof tasks => Object.hasOwn(tasks, word);

const refused = (said: Message): CliOutcome => ({ ok: false, message: said });

type Flags = { readonly values: ReadonlyMap<string, string>; readonly set: ReadonlySet<string> };

function readFlags(args: readonly string[], valued: readonly string[], plain: readonly string[]): Flags | Message {
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
      if (value === undefined || value === '' || value.startsWith('--'))
        return message('option-needs-value', { option: `--${name}` });
      values.set(name, value);
    } else return message('option-unknown', { word: args[index] ?? '' });
  }
  return { values, set };
}
