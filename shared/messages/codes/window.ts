import { code } from '../param-kinds.ts';

/** The program around the core: its window, dialogs and tray, and what becomes of an order. */
export const windowCodes = {
  /** An order of the window that was not carried out. */
  forbidden: code('alarm', 'support'),
  'unknown-operation': code('alarm', 'site'),
  'bad-request': code('alarm', 'support'),
  /** Whatever nobody has met: a bug. */
  'program-fault': code('alarm', 'support', { reason: 'quote' }),
  /** `why`: of a start that failed. */
  'not-running': code('act', 'site', { context: ['starting', 'not-set-up', 'failed'], why: 'told' }),
  'gateway-silent': code('alarm', 'site'),
  'gateway-misunderstood': code('alarm', 'site', { operation: 'name' }),
  'no-file': code('act', 'line', { context: ['unknown', 'busy', 'silent', 'gone', 'unreadable'], path: 'name' }),

  'app-name': code('good', 'nobody'),
  /** `state`: the headlines of the two answers. */
  'tray-tip': code('good', 'nobody', { state: 'sentence' }),
  'stop-collecting': code('act', 'line', { count: 'count' }),
  'choose-path': code('good', 'nobody', { context: ['export-folder', 'source-folder', 'authority-file'] }),
  'shell-label': code('good', 'nobody', {
    context: ['open', 'ask-to-quit', 'keep-running', 'quit', 'certificates', 'all-files'],
  }),

  /** How the part that collects and delivers, or the whole program, came to an end that nobody had asked for. */
  fell: code('alarm', 'support', { context: ['threw', 'hung', 'ended', 'program'], reason: 'quote' }),

  /** A start that could not be. */
  'too-few-files': code('alarm', 'site', { files: 'number', least: 'number' }),
} as const;
