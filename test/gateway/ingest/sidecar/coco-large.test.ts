import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { indexCoco, isCoco } from '../../../../electron/gateway/ingest/sidecar/coco-index.ts';
import { CocoSkim } from '../../../../electron/gateway/ingest/sidecar/coco-skim.ts';
import { SidecarFinder } from '../../../../electron/gateway/ingest/sidecar/finder.ts';
import { isObject } from '../../../../electron/gateway/ingest/sidecar/json-text.ts';
import { temporaryFolder } from '../../../support/store.ts';

vi.setConfig({ testTimeout: 120_000 });

const facts = { filename: 'a.jpg', width: 1_000, height: 1_000 };

/** Piece by piece, cut at these places. */
function skim(bytes: Buffer, cuts: readonly number[]): ReturnType<CocoSkim['end']> {
  const coco = new CocoSkim();
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index += 1) coco.take(bytes.subarray(places[index - 1], places[index]));
  return coco.end();
}

/** All that is known of each picture. */
const contentOf = ({ byName, imageCount, onlyImage }: ReturnType<typeof indexCoco>): unknown => ({
  pictures: [...byName].map(([name, images]) => [
    name,
    images.map(({ annotations, ...image }) => ({ ...image, annotations: [...annotations].map(known) })),
  ]),
  imageCount,
  only: onlyImage?.fileName,
});
/** A number and the same as a text are one class. */
const known = ({ categoryId, score, ...rest }: { categoryId: unknown; score: unknown }): unknown => ({
  ...rest,
  categoryId: String(categoryId ?? ''),
  score: score ?? undefined,
});

describe('a COCO file that is read piece by piece', () => {
  const id = fc.oneof(fc.nat(3), fc.constantFrom('1', 'b', '007', ''));
  const odd = fc.oneof(
    fc.constantFrom(null, true, 'x', -0.5, 1e30),
    fc.array(fc.nat(9), { maxLength: 5 }),
    fc.object(),
  );
  const number = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -5, max: 900 }) }, { weight: 1, arbitrary: odd });
  const box = fc.oneof(
    { weight: 9, arbitrary: fc.tuple(number, number, number, number) },
    { weight: 1, arbitrary: odd },
  );
  const image = fc.record(
    {
      id,
      file_name: fc.constantFrom('a.jpg', 'A.JPG', 'train/a.jpg', 'ü "b".jpg'),
      width: number,
      height: number,
      more: fc.object(),
    },
    { requiredKeys: ['file_name'] },
  );
  const annotation = fc.record(
    {
      image_id: id,
      category_id: id,
      bbox: box,
      score: number,
      segmentation: fc.array(fc.array(fc.nat(9))),
      text: fc.string(),
    },
    { requiredKeys: [] },
  );
  const category = fc.record({ id, name: fc.constantFrom('scratch', 'dent {[', ''), keypoints: fc.array(fc.string()) });
  const list = (element: fc.Arbitrary<object>) =>
    fc.array(fc.oneof({ weight: 8, arbitrary: element }, { weight: 1, arbitrary: odd }), { maxLength: 6 });
  const lists = fc
    .record(
      { info: fc.object(), annotations: list(annotation), categories: list(category), images: list(image) },
      { requiredKeys: [] },
    )
    .chain((file) => fc.shuffledSubarray(Object.entries(file), { minLength: Object.keys(file).length }))
    .map((entries) => Object.fromEntries(entries));

  it('says the same as one that is taken whole, wherever the pieces end', () => {
    fc.assert(
      fc.property(lists, fc.array(fc.nat(2_000), { maxLength: 6 }), fc.constantFrom(0, 1, 2), (file, cuts, indent) => {
        const text = JSON.stringify(file, null, indent);
        const whole: unknown = JSON.parse(text);
        const skimmed = skim(Buffer.from(text), cuts);
        expect(skimmed.kind).toBe(isObject(whole) && isCoco(whole) ? 'coco' : 'other');
        if (skimmed.kind === 'coco' && isObject(whole))
          expect(contentOf(skimmed.index)).toEqual(contentOf(indexCoco(whole)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('is told from one that was cut off or is no JSON', () => {
    const text = Buffer.from(
      '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"text":"a \\" b"}]}',
    );
    expect(skim(text, []).kind).toBe('coco');
    for (let end = 1; end < text.length; end += 1)
      expect(skim(text.subarray(0, end), [3]), String(end)).toMatchObject({
        kind: 'bad',
        why: expect.stringMatching('stops in the middle'),
      });
    for (const wrong of ['[1]', '{"images":[}]', '{"images":[{"id":1,"file_name":nul}]}', '{} {}', '"a"'])
      expect(skim(Buffer.from(wrong), []), wrong).toMatchObject({
        kind: 'bad',
        why: expect.stringMatching('not valid JSON'),
      });
    expect(skim(Buffer.from(`{"a":${'['.repeat(1_000)}`), [])).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching('nested'),
    });
    expect(skim(Buffer.from('{"images":[]}', 'utf16le'), [])).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching('UTF-8'),
    });
  });

  it('of 90 MB labels its pictures, and its segmentations are not held', async () => {
    const folder = await temporaryFolder();
    const file = createWriteStream(join(folder, 'instances.json'));
    const outline = Array.from({ length: 400 }, (_, index) => index + 0.25);
    file.write('{"info":{"a":[1]},"annotations":[');
    for (let index = 0; index < 40_000; index += 1) {
      const [image_id, category_id] = [index % 20_000, 1 + (index % 2)];
      const annotation = {
        segmentation: [outline],
        image_id,
        category_id,
        bbox: [index % 500, 10, 100, 200],
        id: index,
      };
      if (!file.write(`${index === 0 ? '' : ',\n'}${JSON.stringify(annotation)}`)) await once(file, 'drain');
    }
    const images = Array.from({ length: 20_000 }, (_, index) => ({
      id: index,
      file_name: `${index}.jpg`,
      width: 1_000,
      height: 1_000,
    }));
    file.end(`],"images":${JSON.stringify(images)},"categories":[{"id":1,"name":"scratch"},{"id":2,"name":"dent"}]}`);
    await finished(file);
    expect(file.bytesWritten).toBeGreaterThan(90_000_000);
    const finder = new SidecarFinder(folder);
    const found = await finder.find('12345.jpg', { ...facts, filename: '12345.jpg' });
    expect(found).toMatchObject({ shared: true, outcome: { kind: 'read', reading: { problems: [] } } });
    const read = found?.outcome.kind === 'read' ? found.outcome.reading.annotations : [];
    expect(
      read.map(({ classValue, xCenter, yCenter, width, height }) => [classValue, xCenter, yCenter, width, height]),
    ).toEqual([
      ['dent', 0.395, 0.11, expect.closeTo(0.1, 9), expect.closeTo(0.2, 9)],
      ['dent', 0.395, 0.11, expect.closeTo(0.1, 9), expect.closeTo(0.2, 9)],
    ]);
  });

  it.each([
    ['annotations of nothing', '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[', '{},', '{}]}', 'bad'],
    ['values of nothing', '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[', '0,', '0]}', 'bad'],
    ['lists in lists', '{"images":[{"id":1,"file_name":"a.jpg"}],"x":[', '[[[]]],', '0]}', 'read'],
    ['annotations', '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[', '{"image_id":1},', '{}]}', 'bad'],
    [
      'annotations of as many pictures',
      '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[',
      '{"image_id":1$},',
      '{}]}',
      'bad',
    ],
    ['pictures', '{"images":[', '{"id":1$,"file_name":"a.jpg"},', '{}],"annotations":[]}', 'bad'],
  ])('of 64 MB of %s takes no more memory than a label may', async (_, start, part, end, kind) => {
    const folder = await temporaryFolder();
    const size = 64_000_000 - start.length - end.length;
    let text = start;
    if (part.includes('$')) {
      const parts: string[] = [];
      for (let length = 0, index = 0; length < size; index += 1) {
        const next = part.replace('$', String(index));
        parts.push(next);
        length += next.length;
      }
      text += parts.join('');
    } else text += part.repeat(Math.floor(size / part.length));
    await writeFile(join(folder, 'instances.json'), text + end);
    text = '';
    const worker = new Worker(new URL('../../../support/find-label.ts', import.meta.url), {
      workerData: { folder, picture: 'a.jpg', facts },
      // What a worker may have; beyond it, it ends with ERR_WORKER_OUT_OF_MEMORY.
      resourceLimits: { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 32 },
    });
    const outcome = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    await worker.terminate();
    expect(outcome).toMatchObject({ kind });
  });
});
