import { expect, it } from 'vitest';
import { driveOf, isSharePath } from '../../../../electron/gateway/platform/network-share.ts';

it.each([
  ['\\\\server\\share\\in', true],
  ['//server/share/in', true],
  ['\\\\?\\UNC\\server\\share\\in', true],
  ['\\\\?\\C:\\in', false],
  ['\\\\.\\C:\\in', false],
  ['C:\\in', false],
])('%s is the path of a share: %s', (path, isShare) => {
  expect(isSharePath(path)).toBe(isShare);
});

it.each([
  ['z:\\in', 'Z:'],
  ['\\\\?\\Z:\\in', 'Z:'],
  ['\\\\server\\share', null],
  ['/data/in', null],
])('%s begins with the drive %s', (path, drive) => {
  expect(driveOf(path)).toBe(drive);
});
