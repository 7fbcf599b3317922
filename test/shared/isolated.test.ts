import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isolated } from '../../shared/isolated.ts';

it('puts a name that is written from right to left apart from the words around it', () => {
  for (const name of ['اسم', 'שם 90', 'part-قطعة.jpg', 'a\u202eb'])
    expect([...`${isolated(name)} 90 %`].slice(0, 1), name).toEqual(['\u2068']);
  expect(`${isolated('اسم')} 90 %`).toBe('\u2068اسم\u2069 90 %');
});

it('leaves every other name as it is', () => {
  for (const name of ['', 'part 90 %.jpg', 'Kratzer ß', '部品', 'défaut', '😀', '/data/in'])
    expect(isolated(name)).toBe(name);
});

it('lets no name out of its place, whatever signs it has', () => {
  const signs = fc.constantFrom(
    '\u202a',
    '\u202b',
    '\u202c',
    '\u202d',
    '\u202e',
    '\u2066',
    '\u2067',
    '\u2068',
    '\u2069',
    'א',
    'a',
    ' ',
    '1',
  );
  fc.assert(
    fc.property(
      fc.array(signs).map((list) => list.join('')),
      (name) => {
        const inner = isolated(name).replace(/^\u2068([\s\S]*)\u2069$/, '$1');
        expect(inner).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
        expect(inner).toBe(name.replaceAll(/[\u202a-\u202e\u2066-\u2069]/g, ''));
      },
    ),
  );
});
