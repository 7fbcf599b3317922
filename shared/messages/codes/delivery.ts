import { code } from '../param-kinds.ts';

/** What keeps a picture from being delivered that no server said. */
export const deliveryCodes = {
  'payload-missing': code('alarm', 'line'),
  'payload-damaged': code('alarm', 'line'),
  'payload-unreadable': code('waiting', 'site'),
  'payload-place-not-recorded': code('waiting', 'site'),
  /** This program, or all of this PC, has as many files open as it may. */
  'files-held-up': code('waiting', 'site', { limit: 'message' }),
  'internal-error': code('waiting', 'support'),
} as const;
