import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { codes } from '../../../shared/messages/codes.ts';
import en from '../../../shared/messages/en.json' with { type: 'json' };
import { message } from '../../../shared/messages/message.ts';
import type { CodeFacts, ParamKind } from '../../../shared/messages/param-kinds.ts';
import { said } from '../../support/spoken.ts';

const table = Object.entries(codes as Readonly<Record<string, CodeFacts>>);
const catalogue = en as Readonly<Record<string, Readonly<Record<string, string>>>>;
const parts = ['headline', 'text', 'hint'];
const plurals = ['zero', 'one', 'two', 'few', 'many', 'other'];
const isList = (kind: ParamKind | undefined): kind is readonly string[] => Array.isArray(kind);

/** `text:others_one` -> `text`, `others`, `one`. */
function parse(key: string): { part: string; context: string | null; plural: string | null } {
  const [, part = '', context = null, plural = null] = /^([a-z]+)(?::([a-z0-9-]+))?(?:_([a-z]+))?$/.exec(key) ?? [];
  return { part, context, plural };
}
const gapsOf = (words: string): string[] => [...words.matchAll(/\{\{\s*([A-Za-z]+)/g)].map(([, name = '']) => name);

it('has each code in one table only: of two the later would win silently', async () => {
  const folder = new URL('../../../shared/messages/codes/', import.meta.url);
  const tables = (await readdir(folder)).map((file) => import(new URL(file, folder).pathname));
  const named = (await Promise.all(tables)).flatMap((exported: Readonly<Record<string, object>>) =>
    Object.entries(exported).flatMap(([name, one]) => (name.endsWith('Codes') ? Object.keys(one) : [])),
  );
  expect([...named, 'legacy'].sort()).toEqual(Object.keys(codes).sort());
});

it.each([
  [message('dead-letters', { count: 1 }), /^It is kept here/, /^They are kept here/],
  [message('refused-files', { count: 1 }), /^It lies untouched in its folder/, /^They lie untouched in their folder/],
  [message('stuck', { count: 1 }), /^It is tried again/, /^They are tried again/],
  [message('loss-orphaned', { count: 1 }), /^The database lost it:/, /^The database lost them:/],
  [message('loss-orphaned-in', { count: 1, folder: '/x' }), /Copy it from \/x/, /Copy them from \/x/],
  [message('configured-settings-refused', { count: 1, names: 'Gain', first: [] }), /^Correct it/, /^Correct them/],
])('one is one in the hint of %j, and two are two', (one, singular, plural) => {
  expect(said(one).hint).toMatch(singular);
  expect(said({ ...one, params: { ...one.params, count: 2 } }).hint).toMatch(plural);
});

it('says of a certificate that ends today not that it ends in no days', () => {
  const ends = (count: number): string =>
    said(
      message('check-certificate-ends', {
        certificate: message('check-certificate-pinned'),
        count,
        until: '2026-12-01',
      }),
    ).text;
  expect([0, 1, 2].map(ends)).toEqual([
    expect.stringMatching(/ends today, on 2026-12-01\.$/),
    expect.stringMatching(/ends in 1 day, on 2026-12-01\.$/),
    expect.stringMatching(/ends in 2 days, on 2026-12-01\.$/),
  ]);
});

describe('the catalogue of words', () => {
  it('has words for each code, and a code for all words', () => {
    expect(Object.keys(catalogue).sort()).toEqual(Object.keys(codes).sort());
  });

  it.each(table)('%s: each key is a part, with a context and a plural that there are', (code, { params }) => {
    for (const key of Object.keys(catalogue[code] ?? {})) {
      const { part, context, plural } = parse(key);
      expect(parts, key).toContain(part);
      if (context !== null) expect(params.context, key).toContain(context);
      if (plural !== null) expect(plurals, key).toContain(plural);
      if (plural !== null) expect(params.count, key).toBe('count');
    }
  });

  it.each(table)('%s: says what happened, in each context and for one and for many', (code, { params }) => {
    const words = catalogue[code] ?? {};
    const keys = Object.keys(words).map(parse);
    expect(keys.some(({ part }) => part === 'text')).toBe(true);
    for (const name of parts) {
      const ofPart = keys.filter(({ part }) => part === name);
      if (ofPart.length === 0) continue;
      const contexts = isList(params.context) ? params.context : [null];
      for (const context of contexts) {
        const own = ofPart.filter((key) => key.context === context);
        const said = own.length > 0 ? own : ofPart.filter((key) => key.context === null);
        expect(said.length, `${name} in context ${context}`).toBeGreaterThan(0);
        if (said.some(({ plural }) => plural !== null))
          expect(
            said.map(({ plural }) => plural),
            `${name} in context ${context}`,
          ).toEqual(expect.arrayContaining(['one', 'other']));
      }
    }
  });

  it.each(table)('%s: fills each gap that its words have, and has words for each gap', (code, { params }) => {
    const used = new Set(Object.values(catalogue[code] ?? {}).flatMap(gapsOf));
    for (const gap of used) expect(Object.keys(params)).toContain(gap);
    for (const name of Object.keys(params)) if (name !== 'context') expect([...used, 'count']).toContain(name);
  });

  it.each(table.filter(([code]) => code !== 'legacy'))(
    '%s: names whoever must act, where somebody must',
    (_code, { level, actor }) => {
      if (level === 'act' || level === 'alarm') expect(actor).not.toBe('nobody');
    },
  );

  it.each(Object.entries(catalogue))('%s: is written as people read it', (_code, words) => {
    for (const said of Object.values(words)) {
      expect(said).not.toBe('');
      expect(said).not.toMatch(/\s{2}|^\s|\s$|[a-z]'[a-z]|\.\.\.|\$t\(/);
    }
  });
});
