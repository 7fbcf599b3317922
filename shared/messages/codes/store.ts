import { code } from '../param-kinds.ts';

/** The database, its disk and its ledger. */

const place = { where: 'message' } as const;
const one = { count: 'count' } as const;
const counted = { counted: 'number', found: 'number' } as const;

export const storeCodes = {
  'store-in-use': code('act', 'site'),
  'store-damaged': code('alarm', 'support', { path: 'name' }),
  'store-newer': code('alarm', 'site', { found: 'number', known: 'number' }),
  /** The database is gone, and its pictures are there. */
  'store-lost': code('alarm', 'support', { path: 'name', folder: 'name' }),
  /** The journal knew more than the database. */
  'store-replayed': code('act', 'site', { found: 'messages' }),
  'store-recovered': code('act', 'site', { found: 'messages' }),
  'recovered-queued': code('good', 'nobody', one),
  'recovered-delivered': code('good', 'nobody', one),
  'recovered-gone': code('alarm', 'site', one),
  'recovered-lost': code('alarm', 'site', one),
  'recover-no-room': code('alarm', 'site'),
  'picture-recovered': code('act', 'site'),
  /** Nobody lost it: there is none where a command looks for it. */
  'store-missing': code('act', 'site', { folder: 'name' }),
  /** It may come back: it is tried again. `path`: of the database or of the data folder. */
  'store-unavailable': code('alarm', 'site', {
    context: [
      'database',
      'disk',
      'not-back',
      'folder',
      'folder-read-only',
      'folder-no-right',
      'folder-path-has-file',
      'folder-name-taken',
      'folder-disk-missing',
      'folder-disk-silent',
    ],
    path: 'name',
    reason: 'quote',
  }),
  'folder-overlap': code('act', 'site', { source: 'name', folder: 'name' }),
  'data-folder-open': code('act', 'site', { folder: 'name' }),
  'export-failed': code('act', 'site', { count: 'count', folder: 'name' }),
  /** This program, or the whole PC, has as many files open as it may. */
  'file-limit': code('alarm', 'site', { context: ['gateway', 'pc'] }),

  /** Of which source and shift. `before`: counted by a version that knew no shifts. */
  'ledger-place': code('good', 'nobody', { source: 'name', shift: 'name' }),
  'ledger-place-before': code('good', 'nobody', { source: 'name' }),
  /** What is counted. */
  'ledger-count': code('good', 'nobody', {
    context: [
      'captured',
      'acknowledged',
      'pending',
      'dead',
      'refused',
      'dropped',
      'gated',
      'deleted',
      'lost',
      'pruned-acknowledged',
      'pruned-dropped',
      'pruned-deleted',
    ],
  }),
  'ledger-unbalanced': code('alarm', 'support', {
    ...place,
    captured: 'number',
    found: 'number',
    acknowledged: 'number',
    pending: 'number',
    dead: 'number',
    refused: 'number',
    dropped: 'number',
    gated: 'number',
    deleted: 'number',
    lost: 'number',
  }),
  'ledger-rows-missing': code('alarm', 'support', { count: 'count', row: 'number' }),
  'ledger-row-changed': code('alarm', 'support', { row: 'number' }),
  'ledger-row-unreadable': code('alarm', 'support', { row: 'number' }),
  'ledger-chain-broken': code('alarm', 'support', place),
  'ledger-chain-differs': code('alarm', 'support', {
    ...place,
    what: 'message',
    chained: 'number',
    counted: 'number',
  }),
  'ledger-chain-too-long': code('alarm', 'support', place),
  'ledger-pictures-differ': code('alarm', 'support', { ...place, count: 'count', found: 'number' }),
  'ledger-rows-differ': code('alarm', 'support', { ...place, ...counted, what: 'message' }),
  'ledger-has-no-row': code('alarm', 'support', place),
  'ledger-source-not-shown': code('alarm', 'support', { source: 'name' }),
  'ledger-shown-differs': code('alarm', 'support', {
    source: 'name',
    what: 'message',
    shown: 'number',
    counted: 'number',
  }),
} as const;
