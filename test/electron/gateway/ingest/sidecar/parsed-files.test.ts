import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ParsedFiles } from '../../../../../electron/gateway/ingest/sidecar/parsed-files.ts';
import { SourceFolder } from '../../../../../electron/gateway/ingest/sidecar/source-file.ts';
import { temporaryFolder } from '../../../../support/store.ts';

const names = ['a', 'b', 'c', 'd'];

async function open(weight: number) {
  const folder = await temporaryFolder();
  for (const name of names) await writeFile(join(folder, name), Buffer.alloc(3_000_000, name));
  const events: string[] = [];
  const files = new ParsedFiles<string>(new SourceFolder(folder), Date.now, {
    maxBytes: 10_000_000,
    maxKeptBytes: 1_000,
    maxKeptFiles: 64,
    parse: () => 'whole',
    large: {
      from: 1_000_000,
      skim: (path) => {
        let bytes = 0;
        events.push(`begin ${path}`);
        return {
          take: (piece) => {
            bytes += piece.length;
          },
          end: () => {
            events.push(`end ${path}`);
            return { value: `${path} ${bytes}`, weight };
          },
        };
      },
    },
  });
  return { folder, files, events };
}

it('reads large files one after the other, however many ask at once', async () => {
  const { files, events } = await open(10);
  const found = await Promise.all([...names, ...names].map((name) => files.get(name)));
  expect(found.map((file) => (file.kind === 'parsed' ? file.value : file.kind))).toEqual(
    [...names, ...names].map((name) => `${name} 3000000`),
  );
  // In whatever order the disk told their versions.
  const order = events.filter((_, index) => index % 2 === 0).map((event) => event.replace('begin ', ''));
  expect(order.toSorted()).toEqual(names);
  expect(events).toEqual(order.flatMap((name) => [`begin ${name}`, `end ${name}`]));
});

it('keeps what was read of large files by what that takes, and forgets the one that was used least recently', async () => {
  const light = await open(200);
  for (const name of [...names, ...names]) await light.files.get(name);
  expect(light.events).toHaveLength(8);
  const heavy = await open(450);
  for (const name of ['a', 'b', 'c']) await heavy.files.get(name);
  heavy.events.length = 0;
  for (const name of ['b', 'c', 'a']) await heavy.files.get(name);
  expect(heavy.events).toEqual(['begin a', 'end a']);
});

it('a large file that is gone before its turn holds up no other', async () => {
  const { files, folder } = await open(10);
  const first = files.get('a');
  await writeFile(join(folder, 'b'), '');
  expect(await files.get('b')).toMatchObject({ kind: 'parsed', value: 'whole' });
  expect(await files.get('missing')).toEqual({ kind: 'missing' });
  expect(await first).toMatchObject({ kind: 'parsed' });
});
