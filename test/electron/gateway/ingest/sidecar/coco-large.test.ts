import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import {
  type CocoImage,
  type CocoIndex,
  cocoImageFor,
  indexCoco,
  isCoco,
  nameKey,
} from '../../../../../electron/gateway/ingest/sidecar/coco-index.ts';
import { readCoco } from '../../../../../electron/gateway/ingest/sidecar/coco-sidecar.ts';
import { CocoSkim } from '../../../../../electron/gateway/ingest/sidecar/coco-skim.ts';
import { CocoTable } from '../../../../../electron/gateway/ingest/sidecar/coco-table.ts';
import { SidecarFinder } from '../../../../../electron/gateway/ingest/sidecar/finder.ts';
import { isObject, parseJson } from '../../../../../electron/gateway/ingest/sidecar/json-text.ts';
import { Reader, type SidecarOutcome } from '../../../../../electron/gateway/ingest/sidecar/reading.ts';
import { spokenOutcome, texts } from '../../../../support/spoken.ts';
import { temporaryFolder } from '../../../../support/store.ts';

vi.setConfig({ testTimeout: 120_000 });

const facts = { filename: 'a.jpg', width: 1_000, height: 1_000 };

/** Piece by piece, cut at these places. */
function skim(bytes: Buffer, cuts: readonly number[], mostOdd?: number): ReturnType<CocoSkim['end']> {
  const coco = new CocoSkim(mostOdd);
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index += 1) coco.take(bytes.subarray(places[index - 1], places[index]));
  return coco.end();
}

/** All that is read of each picture. `worded`: with what the problems say; else with their number. */
const readingsOf = ({ byName, imageCount, onlyImage }: CocoIndex, worded: boolean): unknown => ({
  pictures: [...byName].map(([name, images]) => [name, images.map((image) => readingOf(image, worded))]),
  imageCount,
  only: onlyImage?.fileName,
});
const escaped = (text: string): string =>
  [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const keysOf = (value: unknown): string[] => (isObject(value) ? Object.keys(value) : []);
function readingOf(image: CocoImage, worded: boolean): unknown {
  const alone = { byName: new Map([[nameKey(image.fileName), [image]]]), imageCount: 1, onlyImage: image, note: null };
  const outcome = readCoco(alone, new Reader('instances.json', facts), image.fileName, false);
  if (outcome.kind !== 'read') return outcome;
  const { annotations, problems } = outcome.reading;
  // Whether a number was written as a text is not kept.
  const words = texts(problems).map((problem) => problem.replaceAll('"', ''));
  return { fileName: image.fileName, annotations, problems: worded ? words : words.length };
}

describe('a COCO file that is read piece by piece', () => {
  const id = fc.oneof(fc.nat(3), fc.constantFrom('1', 'b', '007', ''));
  const odd = fc.oneof(
    fc.constantFrom(null, true, 'x', '', ' ', '0,5', 'ł'.repeat(300), -0.5, 1e30),
    fc.array(fc.nat(9), { maxLength: 5 }),
    fc.object(),
  );
  const number = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -5, max: 900 }) }, { weight: 1, arbitrary: odd });
  const score = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.constantFrom('0.5', ' 1e-3 ', '7', null, undefined),
    odd,
  );
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
      score,
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

  it.each([
    ['in the same words', 1_000],
    ['with as many problems, when there are more odd values than are kept', 1],
  ])('says the same as one that is taken whole, wherever the pieces end, %s', (_, mostOdd) => {
    fc.assert(
      fc.property(lists, fc.array(fc.nat(2_000), { maxLength: 6 }), fc.constantFrom(0, 1, 2), (file, cuts, indent) => {
        const text = JSON.stringify(file, null, indent);
        const whole: unknown = JSON.parse(text);
        const skimmed = skim(Buffer.from(text), cuts, mostOdd);
        expect(skimmed.kind).toBe(isObject(whole) && isCoco(whole) ? 'coco' : 'other');
        if (skimmed.kind === 'coco' && isObject(whole)) {
          const worded = mostOdd > 1;
          expect(readingsOf(skimmed.index, worded)).toEqual(readingsOf(indexCoco(whole), worded));
        }
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
    expect(skim(Buffer.from(`{"a":${'['.repeat(20_000)}`), [])).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching('nested'),
    });
    expect(skim(Buffer.from('{"images":[]}', 'utf16le'), [])).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching('UTF-8'),
    });
  });

  it.each([
    ['keys with escapes', '{"imag\\u0065s":[{"id":1,"file\\u005fname":"a.jpg"}],"\\u0061nnotations":[{"image_id":1}]}'],
    ['all of a key in escapes', `{"images":[],"${escaped('annotations')}":[]}`],
    ['a wrong escape in a key', '{"images":[{"i\\xd":1,"file_name":"a.jpg"}]}'],
    ['a comma after the last list', '{"images":[{"id":1,"file_name":"a.jpg"}],}'],
    ['a comma after the last element', '{"images":[{"id":1,"file_name":"a.jpg"},]}'],
    ['a comma after the last key', '{"images":[{"id":1,"file_name":"a.jpg",}]}'],
    ['a comma before the first element', '{"images":[,{"id":1,"file_name":"a.jpg"}]}'],
    ['a comma too many', '{"images":[{"id":1,"file_name":"a.jpg"},,{"id":2,"file_name":"b.jpg"}]}'],
    ['no comma between lists', '{"images":[{"id":1,"file_name":"a.jpg"}]"annotations":[]}'],
    ['no comma between elements', '{"images":[{"id":1,"file_name":"a.jpg"}{"id":2,"file_name":"b.jpg"}]}'],
    ['no comma between keys', '{"images":[{"id":1"file_name":"a.jpg"}]}'],
    ['no colons', '{"images"[{"id" 1,"file_name" "a.jpg"}]}'],
    ['no colon after a key that nobody wants', '{"info" 1,"images":[{"id":1,"file_name":"a.jpg"}]}'],
    ['two colons', '{"images"::[{"id":1,"file_name":"a.jpg"}]}'],
    ['a key without a value', '{"images":[{"id":1,"file_name":"a.jpg","width":}]}'],
    ['a key without quotes', '{"images":[{id:1,"file_name":"a.jpg"}]}'],
    ['nonsense as an element', '{"images":[{"id":1,"file_name":"a.jpg"},nonsense]}'],
    ['two numbers as one element', '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[1 2]}'],
    ['two numbers as one value', '{"images":[{"id":1 2,"file_name":"a.jpg"}]}'],
    [
      'two numbers in a box',
      '{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"bbox":[1 2,3,4]}]}',
    ],
    ['a text as an element', '{"images":["a","b"],"annotations":[]}'],
    ['300 levels', `{"info":${'['.repeat(300)}${']'.repeat(300)},"images":[{"id":1,"file_name":"a.jpg"}]}`],
    ['a first picture with a long side', `{"images":[{"id":1,"file_name":"a.jpg","width":[${'1,'.repeat(6_000)}1]}]}`],
    ['a first picture with a long text', `{"images":[{"width":"${'1'.repeat(9_000)}","id":1,"file_name":"a.jpg"}]}`],
    [
      'a long box',
      `{"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[{"image_id":1,"bbox":[${'1,'.repeat(6_000)}1],"score":0.5}]}`,
    ],
    ['a number of pictures', '{"images":5,"annotations":[]}'],
    ['a list in the list of pictures', '{"images":[[{"id":1,"file_name":"a.jpg"}]],"annotations":[]}'],
  ])('with %s is judged as one that is taken whole', (_, text) => {
    const whole = parseJson(text);
    const kind = !whole.ok ? 'bad' : isObject(whole.value) && isCoco(whole.value) ? 'coco' : 'other';
    for (const cut of [0, 7, text.length - 5]) {
      const skimmed = skim(Buffer.from(text), [cut]);
      expect(skimmed.kind).toBe(kind);
      if (skimmed.kind === 'coco' && whole.ok && isObject(whole.value))
        expect([...skimmed.index.byName].map(([, images]) => images.map((image) => readingOf(image, false)))).toEqual(
          [...indexCoco(whole.value).byName].map(([, images]) => images.map((image) => readingOf(image, false))),
        );
    }
  });

  it('is COCO also when its first picture has a longer name than is read, and longer paths are known by their ends', () => {
    const long = `${'folder/'.repeat(2_000)}a.jpg`;
    const path = `${'folder/'.repeat(500)}c.jpg`;
    const skimmed = skim(
      Buffer.from(JSON.stringify({ images: [long, 'b.jpg', path].map((file_name, id) => ({ id, file_name })) })),
      [9_000],
    );
    expect(skimmed.kind).toBe('coco');
    if (skimmed.kind !== 'coco') return;
    expect(skimmed.index.imageCount).toBe(3);
    expect(cocoImageFor(skimmed.index, 'b.jpg')).toMatchObject({ fileName: 'b.jpg' });
    expect(cocoImageFor(skimmed.index, 'folder/folder/c.jpg', 2)).toMatchObject({ fileName: path.slice(-1_024) });
  });

  it('is told from one that is broken at any place of what is wanted', () => {
    const text =
      '{"images": [{"id": 1, "file_name": "a.jpg", "width": 1000, "height": 1e3}, {"id": "b", "file_name": "b.jpg"}, 7],\n' +
      ' "categories": [{"id": 1, "name": "dent"}],\n "annotations": [{"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "score": 0.5}]}';
    const signs = ['', ...'{}[],:" 1a'];
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(1),
        fc.constantFrom(...signs),
        fc.nat(400),
        (at, removed, sign, cut) => {
          const broken = text.slice(0, at) + sign + text.slice(at + removed);
          const whole = parseJson(broken);
          // Values of other keys are not looked at, and each wanted key may be there once.
          fc.pre(!whole.ok || keysOf(whole.value).every((key) => /^(?:images|categories|annotations)$/.test(key)));
          const kind = !whole.ok ? 'bad' : isObject(whole.value) && isCoco(whole.value) ? 'coco' : 'other';
          const skimmed = skim(Buffer.from(broken), [cut]);
          expect(skimmed.kind, broken).toBe(kind);
          if (skimmed.kind === 'coco' && whole.ok && isObject(whole.value))
            expect(readingsOf(skimmed.index, true), broken).toEqual(readingsOf(indexCoco(whole.value), true));
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['images', '[]'],
    ['images', '5'],
    ['annotations', '[{"image_id":2}]'],
    ['categories', '[]'],
  ])('with "%s" twice is not read, so that limits count for all of it', (name, second) => {
    const text = `{"categories":[{"id":1,"name":"dent"}],"images":[{"id":1,"file_name":"a.jpg"}],"annotations":[],"${name}":${second}}`;
    expect(skim(Buffer.from(text), [9])).toEqual({
      kind: 'bad',
      why: `it has more than one "${name}"; keep one of them`,
      isMeant: true,
    });
  });

  it('is known as COCO by its annotations alone when there are too many of them', () => {
    const text = '{"annotations":[{"image_id":1}],"annotations":[{"image_id":2}],"images":[]}';
    expect(skim(Buffer.from(text), [])).toMatchObject({ kind: 'bad', isMeant: true });
    expect(skim(Buffer.from('{"annotations":[{"x":1}],"annotations":[]}'), [])).toMatchObject({ isMeant: false });
  });

  it('may list very many pictures of one name', () => {
    const images = Array.from({ length: 200_000 }, (_, id) => ({ id, file_name: `${id}/a.jpg` }));
    const skimmed = skim(Buffer.from(JSON.stringify({ images })), []);
    for (const index of [skimmed.kind === 'coco' ? skimmed.index : null, indexCoco({ images })]) {
      if (index === null) throw new Error('It is no COCO.');
      expect(cocoImageFor(index, '1234/a.jpg')).toMatchObject({ fileName: '1234/a.jpg' });
      expect(cocoImageFor(index, 'x/a.jpg')).toBe('several');
    }
  });

  it('is not read when its annotations name more pictures than it may have, whether it lists them or not', () => {
    const annotations = Array.from({ length: 500_001 }, (_, index) => ({ image_id: `x${index}` }));
    const fileOf = (count: number): Buffer =>
      Buffer.from(
        JSON.stringify({ annotations: annotations.slice(0, count), images: [{ id: 'x0', file_name: 'a.jpg' }] }),
      );
    expect(skim(fileOf(500_000), []).kind).toBe('coco');
    expect(skim(fileOf(500_001), [])).toMatchObject({
      kind: 'bad',
      why: expect.stringMatching('more than the 500,000 pictures that are read'),
    });
  });

  it('weighs what its texts take', () => {
    const weightOf = (file: object): number => {
      const skimmed = skim(Buffer.from(JSON.stringify(file)), []);
      return skimmed.kind === 'coco' ? skimmed.weight : 0;
    };
    const many = <T>(one: (index: number) => T): T[] => Array.from({ length: 2_000 }, (_, index) => one(index));
    const long = (index: number): string => `Ł${index}${'x'.repeat(200)}`;
    const images = many((id) => ({ id, file_name: `${id}.jpg` }));
    const plain = weightOf({ images });
    const texts = 2 * 200 * 2_000;
    expect(weightOf({ images: many((id) => ({ id, file_name: long(id) })) }) - plain).toBeGreaterThan(2 * texts);
    expect(weightOf({ images: many((id) => ({ id: long(id), file_name: `${id}.jpg` })) }) - plain).toBeGreaterThan(
      texts,
    );
    expect(weightOf({ images, annotations: many((id) => ({ image_id: long(id) })) }) - plain).toBeGreaterThan(texts);
    expect(
      weightOf({ images, annotations: many((id) => ({ image_id: 1, category_id: long(id) })) }) - plain,
    ).toBeGreaterThan(texts);
    expect(weightOf({ images, categories: many((id) => ({ id, name: long(id) })) }) - plain).toBeGreaterThan(texts);
  });

  it('is indexed as it comes, so that nothing is left to be done in one go at its end', () => {
    const table = new CocoTable();
    table.image({ id: 1, file_name: 'a.jpg' });
    const { byName } = table.index();
    expect([...byName.keys()]).toEqual(['a.jpg']);
    table.image({ id: 2, file_name: 'b.jpg' });
    expect(table.index().byName).toBe(byName);
    expect([...byName.keys()]).toEqual(['a.jpg', 'b.jpg']);
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

  it.each([0, 11_000_000])('that is not UTF-8 says so, also with %i bytes more', async (more) => {
    const folder = await temporaryFolder();
    const text = `{"info":"${'x'.repeat(more)}","images":[{"id":1,"file_name":"a.jpg"}],"categories":[{"id":1,"name":"Schramme groß"}],"annotations":[{"image_id":1,"category_id":1,"bbox":[1,2,3,4]}]}`;
    await writeFile(join(folder, 'instances.json'), Buffer.from(text, 'latin1'));
    const found = await new SidecarFinder(folder).find('a.jpg', facts);
    expect(found && spokenOutcome(found.outcome)).toMatchObject({
      kind: 'read',
      reading: {
        annotations: [{ classValue: 'Schramme groß' }],
        problems: [expect.stringMatching('it is not UTF-8; names with accents may be wrong')],
      },
    });
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
    [
      'pictures with lists as sides',
      '{"images":[{"id":0,"file_name":"a.jpg"},',
      `{"id":1$,"file_name":"$.jpg","width":[${'[],'.repeat(2_600)}0]},`,
      '{}],"annotations":[]}',
      'read',
    ],
    [
      'pictures with objects as sides',
      '{"images":[{"id":0,"file_name":"a.jpg"},',
      `{"id":1$,"file_name":"$.jpg","height":[${'{},'.repeat(2_600)}0]},`,
      '{}],"annotations":[]}',
      'read',
    ],
    [
      'pictures with texts as sides',
      '{"images":[{"id":0,"file_name":"a.jpg"},',
      `{"id":1$,"file_name":"$.jpg","width":"ł${'x'.repeat(250)}"},`,
      '{}],"annotations":[]}',
      'read',
    ],
    [
      'long names that are not Latin',
      '{"images":[{"id":0,"file_name":"a.jpg"},',
      `{"id":1$,"file_name":"łX${'x'.repeat(8_000)}"},`,
      '{}],"annotations":[]}',
      'read',
    ],
    [
      'longer names than anybody has',
      '{"images":[{"id":0,"file_name":"a.jpg"},',
      `{"id":1$,"file_name":"łX${'x'.repeat(800)}"},`,
      '{}],"annotations":[]}',
      'bad',
    ],
    [
      'annotations of pictures with long ids',
      '{"images":[{"id":0,"file_name":"a.jpg"}],"annotations":[',
      `{"image_id":"$ł${'x'.repeat(200)}"},`,
      '{}]}',
      'bad',
    ],
    [
      'odd boxes',
      '{"images":[{"id":0,"file_name":"a.jpg"}],"annotations":[',
      `{"image_id":0,"bbox":[${'{},'.repeat(2_600)}$]},`,
      '{}]}',
      'read',
    ],
  ])('of 64 MB of %s takes no more memory than a label may', async (_, start, part, end, kind) => {
    const folder = await temporaryFolder();
    const size = 64_000_000 - start.length - end.length;
    let text = start;
    if (part.includes('$')) {
      const parts: string[] = [];
      for (let length = 0, index = 0; length < size; index += 1) {
        const next = part.replaceAll('$', String(index));
        parts.push(next);
        length += next.length;
      }
      text += parts.join('');
    } else text += part.repeat(Math.floor(size / part.length));
    await writeFile(join(folder, 'instances.json'), text + end);
    text = '';
    const worker = new Worker(new URL('../../../../support/find-label.ts', import.meta.url), {
      workerData: { folder, picture: 'a.jpg', facts },
      // What a worker may have; beyond it, it ends with ERR_WORKER_OUT_OF_MEMORY.
      resourceLimits: { maxOldGenerationSizeMb: 160, maxYoungGenerationSizeMb: 32 },
    });
    const outcome = await new Promise<SidecarOutcome>((resolve, reject) =>
      worker.once('message', resolve).once('error', reject),
    );
    await worker.terminate();
    expect(outcome).toMatchObject({ kind });
    if (kind === 'bad')
      expect(spokenOutcome(outcome)).toMatchObject({
        problem: expect.stringMatching(/more than the [\d,]+ .* that are read/),
      });
  });
});
