import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { RunOptions } from './arguments.ts';

/** What a run needs to know before anything is started; made without waiting, for paths must be set before Electron is ready. */
export type Plan = {
  readonly command: RunOptions['command'];
  readonly dataDir: string;
  readonly configFile: string;
  readonly headless: boolean;
  readonly exitWhenDrained: boolean;
  /** Whether the window's set-up form may write the configuration. */
  readonly editable: boolean;
  /** JSON lines on standard output, besides the log file. */
  readonly logToStdout: boolean;
};

export function makePlan(options: RunOptions, userData: string): Plan {
  switch (options.command) {
    case 'open': {
      const dataDir = resolve(options.dataDir ?? join(userData, 'data'));
      return {
        command: 'open',
        dataDir,
        configFile: resolve(options.configFile ?? join(dataDir, 'config.json')),
        headless: false,
        exitWhenDrained: false,
        editable: options.configFile === null,
        logToStdout: false,
      };
    }
    case 'gateway':
      return {
        command: 'gateway',
        dataDir: resolve(options.dataDir),
        configFile: resolve(options.configFile),
        headless: options.headless,
        exitWhenDrained: options.exitWhenDrained,
        editable: false,
        logToStdout: true,
      };
    case 'provision':
    case 'doctor':
    case 'ledger':
    case 'recover':
    case 'cameras': {
      // The doctor looks at the data folder of the window where none is named: its secrets lie there.
      const named = options.command === 'cameras' ? null : options.dataDir;
      const dataDir = resolve(named ?? join(userData, 'data'));
      return {
        command: options.command,
        dataDir,
        configFile: resolve(options.configFile ?? join(dataDir, 'config.json')),
        headless: true,
        exitWhenDrained: false,
        editable: false,
        logToStdout: false,
      };
    }
    case 'demo': {
      const root = mkdtempSync(join(tmpdir(), 'acusight-demo-'));
      return {
        command: 'demo',
        dataDir: join(root, 'data'),
        configFile: join(root, 'config.json'),
        headless: false,
        exitWhenDrained: false,
        editable: false,
        logToStdout: false,
      };
    }
  }
}
