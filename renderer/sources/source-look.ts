import type { Level, SourceSnapshot } from '../../shared/snapshot.ts';

export type SourceLook = { readonly level: Level; readonly word: string };

/** How each state of a source looks at a distance, and its word. */
export const sourceLooks: Readonly<Record<SourceSnapshot['state'], SourceLook>> = {
  starting: { level: 'waiting', word: 'Starting' },
  scanning: { level: 'busy', word: 'Scanning' },
  watching: { level: 'good', word: 'Watching' },
  missing: { level: 'act', word: 'Folder missing' },
  blocked: { level: 'alarm', word: 'Not taking pictures' },
  failed: { level: 'alarm', word: 'Failed' },
  connecting: { level: 'waiting', word: 'Connecting' },
  streaming: { level: 'good', word: 'Streaming' },
  armed: { level: 'good', word: 'Armed' },
  taken: { level: 'act', word: 'Taken by another program' },
  lost: { level: 'alarm', word: 'Lost' },
  silent: { level: 'alarm', word: 'Silent' },
  finished: { level: 'good', word: 'Finished' },
};

/** A camera that isn't found is `missing` too: it is no folder. */
export const lookOf = ({ state, kind }: Pick<SourceSnapshot, 'state' | 'kind'>): SourceLook =>
  state === 'missing' && kind !== 'folder' ? { level: 'alarm', word: 'Not found' } : sourceLooks[state];
