import { code } from '../param-kinds.ts';

/** The two large answers, and what a person must do. */

const becomes = ['folders', 'cameras', 'both'] as const;
const kept = { kept: 'message' } as const;
const why = { why: 'message', ...kept } as const;
const losses = { losses: 'messages' } as const;
const one = { count: 'count' } as const;
const source = { source: 'name', what: 'message' } as const;

export const situationCodes = {
  /** Is everything safe? What is read from two metres. */
  'safe-not-set-up': code('act', 'site'),
  'safe-disk-failing': code('alarm', 'site', { context: becomes }),
  'safe-disk-full': code('alarm', 'site', { context: becomes, what: 'message' }),
  'safe-dropping': code('alarm', 'site', one),
  'safe-counts-differ': code('alarm', 'support', { what: 'message' }),
  'safe-pictures-lost': code('alarm', 'line', losses),
  'safe-in-no-list': code('alarm', 'site', losses),
  'safe-database-damaged': code('alarm', 'support', losses),
  'safe-disk-away': code('alarm', 'site', losses),
  'safe-pictures-dropped': code('act', 'line', losses),
  'safe-labels-not-sent': code('act', 'line', losses),
  'safe-check-folders': code('act', 'site', losses),
  'safe-interrupted': code('act', 'support', losses),
  'safe-pictures-missed': code('alarm', 'line', losses),
  /** The gateway has fallen. `again`: how long until it is started. */
  'safe-fallen': code('alarm', 'support', { why: 'message', again: 'duration' }),
  /** `count`: how many more do not collect. */
  'safe-not-collecting': code('alarm', 'line', { ...source, ...one }),
  'safe-some-collecting': code('alarm', 'line', { ...source, ...one, works: 'number', all: 'number' }),
  'safe-check-files': code('act', 'line', one),
  /** `count`: how many more. */
  'safe-no-pictures': code('act', 'line', { ...source, ...one }),
  'safe-filling-up': code('act', 'site', {
    context: ['refuse', 'drop-oldest', 'others-refuse', 'others-drop-oldest'],
    left: 'duration',
  }),
  'safe-no-source': code('act', 'site'),
  'safe-all-is-well': code('good', 'nobody', { kept: 'messages' }),
  'nothing-collected': code('good', 'nobody'),
  'all-kept': code('good', 'nobody', {
    context: ['delivered', 'stored', 'other-delivered', 'other-stored'],
    ...one,
  }),
  'left-undelivered': code('good', 'nobody', {
    context: ['dropped', 'deleted', 'both'],
    dropped: 'message',
    deleted: 'message',
  }),
  'pictures-were-dropped': code('good', 'nobody', one),
  'pictures-were-deleted': code('good', 'nobody', one),

  'store-opening': code('busy', 'nobody'),
  'store-rebuilding': code('busy', 'nobody'),
  'cannot-start': code('alarm', 'site', { what: 'message' }),
  'start-failed': code('alarm', 'support', { reason: 'quote' }),
  /** `count`: how many mistakes more. */
  'wrong-settings': code('alarm', 'site', { ...one, setting: 'name', fault: 'message', file: 'name' }),

  /** Is everything flowing? */
  'flow-stopped': code('alarm', 'site'),
  'flow-not-set-up': code('act', 'site'),
  'flow-starting': code('busy', 'nobody'),
  'flow-offline': code('waiting', 'nobody', why),
  'flow-throttled': code('waiting', 'nobody', why),
  'flow-trouble': code('waiting', 'nobody', why),
  'flow-intercepted': code('act', 'site', why),
  'flow-key-missing': code('act', 'site', why),
  'flow-key-locked': code('act', 'site', why),
  'flow-key-refused': code('act', 'administrator', why),
  'flow-wrong-address': code('act', 'site', why),
  'flow-not-approved': code('act', 'administrator', why),
  'flow-storage-refused': code('act', 'site', why),
  'flow-closed': code('waiting', 'nobody', { pace: 'message', ...kept }),
  'flow-retrying': code('waiting', 'nobody', one),
  'flow-flowing': code('busy', 'nobody', { ...one, context: ['timed', 'untimed'], left: 'duration', pace: 'messages' }),
  'flow-refused': code('act', 'administrator', one),
  'flow-nothing-waiting': code('waiting', 'nobody'),
  'flow-ready': code('good', 'nobody'),
  'flow-all-delivered': code('good', 'nobody'),
  'pictures-wait': code('waiting', 'nobody', one),

  'as-sentence': code('good', 'nobody', { what: 'message' }),
  connected: code('good', 'nobody'),
  'closed-by-schedule': code('waiting', 'nobody'),
  'no-answer-comes': code('waiting', 'nobody', { what: 'message' }),
  'nothing-gets-through': code('waiting', 'nobody', { what: 'message' }),

  'ledger-checking': code('busy', 'nobody'),
  'ledger-ok': code('good', 'nobody'),
  'room-not-known': code('good', 'nobody'),
  'disk-away': code('alarm', 'site'),

  /** Speed limits and send windows of the site. */
  'pace-open': code('good', 'nobody'),
  'pace-limited': code('waiting', 'nobody', { limit: 'bytesPerSecond' }),
  'pace-limited-until': code('waiting', 'nobody', { limit: 'bytesPerSecond', until: 'instant' }),
  'pace-closed': code('waiting', 'nobody'),
  'pace-closed-until': code('waiting', 'nobody', { until: 'instant' }),

  /** What must I do? */
  'not-set-up': code('act', 'site'),
  'disk-failing': code('alarm', 'site'),
  'disk-full': code('alarm', 'site', {
    context: ['nothing-waits', 'online', 'away'],
  }),
  'disk-share-full': code('alarm', 'site', { context: ['online', 'away'] }),
  'disk-files-full': code('alarm', 'site'),
  /** Half-written files, which nobody misses. */
  'left-overs': code('act', 'site', one),
  /** Within the shift. */
  'disk-filling': code('act', 'site', { context: ['others', 'nothing-waits', 'online', 'away'], left: 'duration' }),
  'disk-filling-slowly': code('waiting', 'site', {
    context: ['others', 'nothing-waits', 'online', 'away'],
    left: 'duration',
  }),
  'ledger-gap': code('alarm', 'support', { what: 'message' }),
  'store-fault': code('alarm', 'support', losses),
  'payloads-gone': code('alarm', 'line', losses),
  'pictures-lost': code('alarm', 'line', losses),
  orphans: code('alarm', 'site', losses),
  'pictures-dropped': code('act', 'site', losses),
  'labels-late': code('act', 'site', losses),
  'originals-stay': code('act', 'site', losses),
  interrupted: code('act', 'support', losses),
  'pictures-missed': code('alarm', 'line', losses),
  'gateway-fallen': code('alarm', 'support', { ...one, since: 'instant', why: 'message' }),
  'source-broken': code('alarm', 'line', source),
  'source-warning': code('act', 'line', source),
  offline: code('waiting', 'site', { what: 'message' }),
  intercepted: code('act', 'site', { what: 'message' }),
  'wrong-address': code('act', 'site', { what: 'message' }),
  'key-locked': code('act', 'site', { what: 'message' }),
  'not-approved': code('act', 'administrator', { what: 'message' }),
  'storage-refused': code('act', 'site', { what: 'message' }),
  'key-missing': code('act', 'site', { what: 'message' }),
  'key-refused': code('act', 'administrator', { what: 'message' }),
  trouble: code('waiting', 'nobody', { what: 'message' }),
  'dead-letters': code('act', 'administrator', one),
  'refused-files': code('act', 'line', one),
  stuck: code('act', 'administrator', one),
  'unknown-action': code('act', 'administrator', { action: 'quote' }),

  /** What was lost, and of whom. */
  'of-source': code('alarm', 'line', source),
  /** What a source itself says. */
  'source-notes': code('act', 'line', source),
  /** `others`: one of each that is not told itself; its hint is. */
  'more-elsewhere': code('alarm', 'line', { ...one, others: 'messages' }),
  'loss-overwritten': code('alarm', 'site', one),
  'loss-vanished': code('alarm', 'site', one),
  'loss-frame-lost': code('alarm', 'site', one),
  'loss-frame-no-room': code('alarm', 'site', one),
  'loss-frame-refused': code('alarm', 'site', one),
  'loss-of-payload': code('alarm', 'site', one),
  'loss-orphaned': code('alarm', 'site', one),
  'loss-orphaned-in': code('alarm', 'site', { ...one, folder: 'name' }),
  'loss-original-stays': code('act', 'site', one),
  'loss-dropped': code('act', 'site', one),
  'loss-label-late': code('act', 'site', one),
  'loss-store-damaged': code('alarm', 'support', one),
  'loss-store-away': code('alarm', 'site', one),
  'loss-interrupted': code('act', 'support', one),
  /** `why`: of the last time. */
  'loss-interrupted-since': code('act', 'support', { ...one, since: 'instant', why: 'message' }),
  'loss-unwatched': code('alarm', 'line', one),

  'shared-folder': code('act', 'site'),
  /** A source that is silent for longer than the site allows. */
  'line-stopped': code('act', 'line', { context: ['yet', 'since'], since: 'duration', limit: 'duration' }),
} as const;
