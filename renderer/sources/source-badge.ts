import type { Level } from '../../shared/messages/param-kinds.ts';
import { type SourceSnapshot, sourceLevels } from '../../shared/snapshot.ts';

export type SourceBadge = { readonly level: Level; readonly word: string };

/** What each state is called at a distance. */
const sourceWords: Readonly<Record<SourceSnapshot['state'], string>> = {
  starting: 'Starting',
  scanning: 'Scanning',
  watching: 'Watching',
  missing: 'Folder missing',
  blocked: 'Not taking pictures',
  failed: 'Failed',
  connecting: 'Connecting',
  streaming: 'Streaming',
  armed: 'Armed',
  taken: 'Taken by another program',
  lost: 'Lost',
  silent: 'Silent',
  finished: 'Finished',
};

/** A camera that isn't found is `missing` too: it is no folder. */
export const badgeOf = ({ state, kind }: Pick<SourceSnapshot, 'state' | 'kind'>): SourceBadge => ({
  level: sourceLevels[state],
  word: state === 'missing' && kind !== 'folder' ? 'Not found' : sourceWords[state],
});
