import { code } from '../param-kinds.ts';

/** What the commands print. */

const one = { count: 'count' } as const;
const word = { word: 'name' } as const;

export const commandLineCodes = {
  'command-help': code('good', 'nobody', {
    context: ['provision', 'doctor', 'ledger', 'recover', 'cameras', 'secrets', 'exit-codes'],
  }),
  'command-unknown': code('alarm', 'site', word),
  'command-needs': code('alarm', 'site', {
    context: ['config-and-data', 'config', 'verify-and-data', 'token'],
    command: 'name',
  }),
  'demo-left-out': code('alarm', 'site'),
  'option-unknown': code('alarm', 'site', word),
  'option-needs-value': code('alarm', 'site', { option: 'name' }),
  'address-is-none': code('alarm', 'site', word),
  'config-fault': code('alarm', 'site', { setting: 'name', fault: 'message' }),

  'doctor-all-well': code('good', 'nobody'),
  'doctor-no-faults': code('act', 'site', { warnings: 'message' }),
  'doctor-faults': code('alarm', 'site', { ...one, warnings: 'message' }),
  'doctor-warnings': code('act', 'site', one),

  'ledger-whole': code('good', 'nobody', one),
  'ledger-has-gaps': code('alarm', 'support', one),
  'ledger-row-gap': code('alarm', 'support'),
  /** Instead of a shift: counted by a version that knew no shifts. */
  'ledger-before': code('good', 'nobody'),
  'ledger-notes': code('good', 'nobody'),
  'ledger-older-notes': code('good', 'nobody'),
  'ledger-head': code('good', 'nobody', { hash: 'quote' }),
  'ledger-loss-uncounted': code('alarm', 'support'),
  'ledger-loss-seen': code('good', 'nobody', { loss: 'message' }),

  'recovered-from': code('good', 'nobody', { context: ['current', 'repaired', 'backup', 'none'], at: 'instant' }),
  'recovered-unknown': code('act', 'site', one),
  'recovered-unreadable': code('act', 'site', one),
  'recovered-waiting': code('good', 'nobody', one),
  'recovered-replaced': code('good', 'nobody', { folder: 'name' }),

  'device-registered': code('good', 'nobody', { context: ['keyring', 'file'], device: 'name' }),
  'device-organization': code('good', 'nobody', { organization: 'name' }),
  'device-approval': code('good', 'nobody', { context: ['approved', 'unknown'] }),
  'key-overruled': code('act', 'site'),

  'demo-complete': code('good', 'nobody'),
  'demo-incomplete': code('alarm', 'support'),
  'demo-stays-open': code('good', 'nobody'),
  'demo-needs-store': code('alarm', 'site', { variable: 'name' }),
} as const;
