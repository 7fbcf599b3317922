import { code } from '../param-kinds.ts';

/** What a watched folder says of itself and of what lies in it. */

const technical = { technical: 'quote' } as const;

export const folderCodes = {
  'folder-is-file': code('alarm', 'site', { path: 'name' }),
  'folder-is-archive': code('alarm', 'site'),
  'folder-missing': code('alarm', 'site'),
  'folder-not-opened': code('alarm', 'site', technical),
  'folder-not-read': code('alarm', 'site', technical),

  /** Why something in it can't even be looked at. */
  'name-unreadable': code('act', 'line'),
  link: code('act', 'line', { context: ['nothing', 'folder', 'file', 'unknown'] }),
  'special-file': code('act', 'line', { context: ['pipe', 'socket', 'device'] }),
  'folder-unreadable': code('act', 'site', technical),

  /** Originals whose pictures are stored. `many`: more than are counted. */
  'originals-not-moved': code('act', 'site', {
    context: ['archive', 'archive-many', 'delete', 'delete-many'],
    count: 'count',
    why: 'message',
  }),
  /** Where, and what is in the way. */
  'original-held-back': code('act', 'site', {
    context: [
      'archive-read-only',
      'archive-denied',
      'archive-full',
      'archive-failed',
      'folder-read-only',
      'folder-denied',
      'folder-full',
      'folder-failed',
      'busy',
    ],
    ...technical,
  }),
} as const;
