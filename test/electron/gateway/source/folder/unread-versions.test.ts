import { expect, it } from 'vitest';
import type { FileReading, FileRegistry, FileSink } from '../../../../../electron/gateway/model/file-sink.ts';
import type { FileVersion } from '../../../../../electron/gateway/model/file-version.ts';
import { systemClock } from '../../../../../electron/gateway/platform/clock.ts';
import { silentLogger } from '../../../../../electron/gateway/platform/logger.ts';
import { Settling } from '../../../../../electron/gateway/source/folder/settling.ts';
import { UnreadVersions } from '../../../../../electron/gateway/source/folder/unread-versions.ts';
import { SourceCondition } from '../../../../../electron/gateway/source/frame-source.ts';

const settleMilliseconds = 500;
const written = 1_700_000_000_123.5;
const first: FileVersion = { path: 'a.jpg', bytes: 524_288, modifiedMs: written, changedMs: written, inode: '7' };
const grown = (milliseconds: number): FileVersion => ({
  ...first,
  bytes: 600_000,
  modifiedMs: written + milliseconds,
  changedMs: written + milliseconds,
});
const without = ({ changedMs: _, ...version }: FileVersion): FileVersion => version;

const neverAsked = {} as FileSink & FileReading;

/** What is told as lost when a busy gateway, which had no time to look at the first version, meets the second. */
function lostBy(before: FileVersion, after: FileVersion, knownFor: number): readonly string[] {
  const lost: string[] = [];
  const lose: FileRegistry['lose'] = (path, cause) => void lost.push(`${cause} ${path}`);
  const settling = new Settling({
    quietMilliseconds: settleMilliseconds,
    onReplaced: (candidate, by, now) => unread.replaced(candidate, by, now),
  });
  const unread = new UnreadVersions({
    root: '/nowhere',
    settleMilliseconds,
    registry: { lose },
    sink: neverAsked,
    reading: neverAsked,
    clock: systemClock,
    condition: new SourceCondition('aoi', silentLogger),
    settling,
    track: (work) => void work,
  });
  settling.see(before, 1_000);
  settling.see(after, 1_000 + knownFor);
  return lost;
}

it.each([
  ['it was written in two parts, as the times tell', first, grown(1.4), 5_000, []],
  ['so they are where only the time of modification is known', without(first), without(grown(1.4)), 5_000, []],
  ['it stayed as it was for long', first, grown(3_000), 5_000, ['overwritten a.jpg']],
  ['the gateway knew it for a moment only', first, grown(3_000), 100, []],
  ['it is another file', first, { ...grown(1.4), inode: '8' }, 5_000, ['overwritten a.jpg']],
  ['it has less in it', grown(0), { ...first, changedMs: written + 1.4 }, 5_000, ['overwritten a.jpg']],
  ['a clock went back', first, grown(-60_000), 5_000, ['overwritten a.jpg']],
  ['a program set its time', without(first), without(grown(0)), 5_000, ['overwritten a.jpg']],
  [
    'times are whole seconds',
    { ...first, modifiedMs: 2_000, changedMs: 2_000 },
    { ...grown(0), modifiedMs: 2_000, changedMs: 2_000 },
    5_000,
    ['overwritten a.jpg'],
  ],
])('a version nobody looked at is a first part or a lost picture: %s', (_what, before, after, knownFor, expected) => {
  expect(lostBy(before, after, knownFor)).toEqual(expected);
});
