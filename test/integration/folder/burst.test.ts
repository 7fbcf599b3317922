import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGateway, sha256, smallPicture, startServer } from '../../support/gateway-fixture.ts';

/** `ACUSIGHT_BURST=5000` for the whole of it. */
const pairs = Number(process.env['ACUSIGHT_BURST'] ?? 600);

const yolo = (index: number): string => `${index} 0.5 0.5 0.2 0.1\n`;

test('of a burst of pictures and labels each picture has its own', { timeout: 300_000 }, async () => {
  const server = await startServer();
  const source = { settleMilliseconds: 500, sidecar: { waitMilliseconds: 1_000 } };
  const { gateway, input, until, refusals } = await openGateway({ ...server, source });
  gateway.start();
  await until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  const classOf = new Map<string, string>();
  for (let index = 0; index < pairs; index += 1) {
    const bytes = await smallPicture(index);
    classOf.set(sha256(bytes), String(index));
    const name = `part-${String(index).padStart(5, '0')}`;
    // In either order, as programs do.
    const writes = [
      () => writeFile(join(input, `${name}.jpg`), bytes),
      () => writeFile(join(input, `${name}.txt`), yolo(index)),
    ];
    if (index % 3 === 0) writes.reverse();
    for (const write of writes) await write();
  }
  await until('all are delivered', ({ counts }) => counts.acknowledged === pairs, 240_000);
  const images = await server.images();
  expect(images).toHaveLength(pairs);
  const wrong = images.filter(({ sha256: hash, metadata }) => {
    const [annotation] = (metadata['annotations'] ?? []) as { class_value: string }[];
    return annotation?.class_value !== classOf.get(hash ?? '');
  });
  expect(wrong.map(({ filename, metadata }) => [filename, metadata['annotations']])).toEqual([]);
  await until('no label is left over', ({ sources }) => sources[0]?.unmatchedSidecars === 0, 20_000);
  expect(refusals()).toEqual([]);
  expect(gateway.snapshot()).toMatchObject({ counts: { collected: pairs, lost: 0, known: 0 } });
});
