import { describe, expect, test } from 'vitest';
import { fileFilter } from '../../../../../electron/gateway/source/folder/folder-walk.ts';

const all = fileFilter(['**'], []);

describe('with the pattern for everything', () => {
  test.each([
    'a.jpg',
    'sub/deep/er/a.jpg',
    'no-extension',
    'größe Ø 検査 изделие 🏭.jpg',
    `${'ü'.repeat(125)}.jpg`,
    'it\'s "quoted".jpg',
    'line\nbreak.jpg',
    'carriage\rreturn.jpg',
    'separator\u2028.jpg',
    'sub\nfolder/a.jpg',
    '-rf.jpg',
    '--help',
    'back\\slash.jpg',
    'a [1].jpg',
    'a (copy).jpg',
    'a{b,c}.jpg',
    '!not.jpg',
    '*.jpg',
    '~tilde.jpg',
    '#hash.jpg',
    'partial.jpg',
    'part',
    'a.part.jpg',
    'template.jpg',
  ])('%j is taken', (path) => {
    expect(all(path, false)).toBe(true);
  });

  test.each([
    '.hidden.jpg',
    'sub/.hidden.jpg',
    '.~lock.a.jpg#',
    '~$report.xlsx',
    'a.jpg.part',
    'a.jpg.PARTIAL',
    'a.tmp',
    'a.jpg.temp',
    'a.crdownload',
    'a.jpg.filepart',
    'a.lock',
    '.a.jpg.swp',
    'Thumbs.db',
    'sub/desktop.ini',
  ])('%j is left alone', (path) => {
    expect(all(path, false)).toBe(false);
  });

  test.each([
    ['sub', true],
    ['sub/deep', true],
    ['.git', false],
    ['sub/.acusight-archive', false],
    ['a.tmp', true],
  ])('the folder %j is entered: %s', (path, entered) => {
    expect(all(path, true)).toBe(entered);
  });
});

describe('patterns', () => {
  test('take only what they name, in either case, and folders are entered all the same', () => {
    const filter = fileFilter(['**/*.jpg', 'special/*.png'], []);
    expect(['a.jpg', 'A.JPG', 'x/y/b.Jpg', 'special/a.png'].map((path) => filter(path, false))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['a.png', 'x/a.png', 'a.jpg.txt'].map((path) => filter(path, false))).toEqual([false, false, false]);
    expect(filter('anything', true)).toBe(true);
  });

  test('leave out files and whole folders', () => {
    const filter = fileFilter(['**'], ['**/*.bmp', 'rejected', '**/old/**']);
    expect(filter('a.bmp', false)).toBe(false);
    expect(filter('rejected', true)).toBe(false);
    expect(filter('x/old/a.jpg', false)).toBe(false);
    expect(filter('x/a.jpg', false)).toBe(true);
  });

  test('leave out names with line breaks too', () => {
    expect(fileFilter(['**'], ['**/*.bmp'])('a\nb.bmp', false)).toBe(false);
  });
});
