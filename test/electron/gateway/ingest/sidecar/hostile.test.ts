import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { type Box, boxAround, placeBox, relativeEdges } from '../../../../../electron/gateway/ingest/sidecar/box.ts';
import { readClassList } from '../../../../../electron/gateway/ingest/sidecar/class-lists.ts';
import { annotationSchema } from '../../../../../shared/annotation.ts';
import { fixture, json, outcomeOf, readingOf } from './reading.ts';

// Linear work takes a second or two on a busy machine; what grows with the square of the length takes hours.
const BOUND_MILLISECONDS = 20_000;
vi.setConfig({ testTimeout: 60_000 });

const fixtures = ['acusight.json', 'coco.json', 'labelme.json', 'voc.xml', 'yolo.txt'];

describe('whatever a sidecar holds', () => {
  it('the outcome is one of three, its annotations keep the contract, and its size is bounded', () => {
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
      fc.json({ maxDepth: 4 }).map((text) => Buffer.from(text)),
      fc
        .tuple(
          fc.constantFrom(...fixtures),
          fc.array(fc.tuple(fc.nat(1_500), fc.nat(255)), { maxLength: 6 }),
          fc.nat(2_000),
        )
        .map(([name, changes, length]) => {
          const bytes = fixture(name);
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
          return bytes.subarray(0, length);
        }),
    );
    fc.assert(
      fc.property(content, fc.constantFrom('part.json', 'part.xml', 'part.txt', 'instances.json'), (bytes, path) => {
        const outcome = outcomeOf(path, bytes, ['a', 'b']);
        if (outcome.kind === 'bad') expect(outcome.problem.length).toBeLessThan(400);
        if (outcome.kind !== 'read') return;
        for (const annotation of outcome.reading.annotations) annotationSchema.parse(annotation);
        expect(outcome.reading.problems.length).toBeLessThanOrEqual(21);
        for (const problem of outcome.reading.problems) expect(problem.length).toBeLessThan(500);
      }),
      { numRuns: 800 },
    );
  });

  it('values of any type in every field are reported and not trusted', () => {
    const anything = fc.anything({ maxDepth: 2, withNullPrototype: false });
    const item = fc.record(
      {
        class_value: anything,
        confidence: anything,
        x_center: anything,
        y_center: anything,
        width: anything,
        height: anything,
        type: anything,
        geometry: anything,
        label: anything,
        points: anything,
        shape_type: anything,
        image_id: anything,
        category_id: anything,
        bbox: anything,
        score: anything,
        id: anything,
        file_name: anything,
        name: anything,
      },
      { requiredKeys: [] },
    );
    const list = fc.oneof(fc.array(fc.oneof(item, anything), { maxLength: 4 }), anything);
    const file = fc.record(
      {
        annotations: list,
        shapes: list,
        images: list,
        categories: list,
        imageWidth: anything,
        imageHeight: anything,
        model_id: anything,
        filename: anything,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(file, (value) => {
        let text: string;
        try {
          text = json(value);
        } catch {
          return;
        }
        const outcome = outcomeOf('part.json', text);
        if (outcome.kind === 'read')
          for (const annotation of outcome.reading.annotations) annotationSchema.parse(annotation);
      }),
      { numRuns: 800 },
    );
  });

  it('control characters of a file do not reach its messages', () => {
    const { problems } = readingOf('part.json', json({ annotations: ['\u001b[31mred\r\n\u202e'] }));
    expect(problems).toEqual(['part.json: annotations[0] is " [31mred   ", expected an object.']);
  });

  const N = 9_900_000;
  const full = (start: string, part: string, end = ''): string =>
    start + part.repeat(Math.floor((N - start.length - end.length) / part.length)) + end;
  it.each<[string, string, string]>([
    ['deep brackets', 'part.json', full('', '[')],
    ['deep objects', 'part.json', full('', '{"a":')],
    ['escaped quotes behind NaN', 'part.json', full('{"annotations":[NaN,"', '\\"')],
    ['many NaN', 'part.json', full('{"annotations":[', 'NaN,', '1]}')],
    ['many problems', 'part.json', full('{"annotations":[', '1,', '1]}')],
    ['many shapes', 'part.json', full('{"shapes":[', '{},', '1]}')],
    ['one polygon', 'part.json', full('{"shapes":[{"label":"a","points":[', '[1,2],', '[3,4]]}]}')],
    [
      'one label',
      'part.json',
      full('{"annotations":[{"x_center":0.5,"y_center":0.5,"width":0.1,"height":0.1,"class_value":"', 'a', '"}]}'),
    ],
    ['open tags', 'part.xml', full('', '<a>')],
    ['empty elements', 'part.xml', full('<annotation>', '<a/>', '</annotation>')],
    ['one tag with quotes', 'part.xml', full('<annotation ', '"" ')],
    ['tag starts', 'part.xml', full('<annotation>', '<')],
    ['document type', 'part.xml', full('<!DOCTYPE a [', '<!ENTITY b "c">')],
    ['comment starts', 'part.xml', full('<annotation>', '<!-- --', '-->')],
    ['ampersands', 'part.xml', full('<annotation>', '&#x')],
    ['many small texts', 'part.xml', full('<annotation>', 'a<!---->', '</annotation>')],
    ['empty lines', 'part.txt', full('', '\n')],
    ['one line', 'part.txt', full('0', ' 0.5')],
    ['bad lines', 'part.txt', full('0 0.5 0.5 0.1 0.1\n', '0 a\n')],
    ['spaces', 'part.txt', full('', ' ')],
    ['commas', 'part.txt', full('0 ', ',')],
  ])('ten megabytes of %s are read in bounded time', (_, path, text) => {
    const bytes = Buffer.from(text);
    const start = performance.now();
    outcomeOf(path, bytes, ['a']);
    expect(performance.now() - start).toBeLessThan(BOUND_MILLISECONDS);
  });

  it.each<[string, string]>([
    ['keys in a row', '? '.repeat(400_000)],
    ['spaces in brackets', `names: [a${' '.repeat(900_000)}`],
    ['quotes in brackets', `names: ["${'\\"'.repeat(400_000)}`],
    ['commas in brackets', `names: [${','.repeat(900_000)}`],
    ['entries', `names:\n${'- a\n'.repeat(200_000)}`],
    ['names keys', 'names\n'.repeat(150_000)],
    ['one long quoted name', `names:\n  0: "${'a'.repeat(900_000)}`],
  ])('a megabyte of %s as data.yaml is read in bounded time', (_, text) => {
    const start = performance.now();
    readClassList('data.yaml', Buffer.from(text));
    expect(performance.now() - start).toBeLessThan(BOUND_MILLISECONDS);
  });
});

describe('the geometry of a box', () => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const edges = (box: { xCenter: number; yCenter: number; width: number; height: number }) => [
    box.xCenter - box.width / 2,
    box.yCenter - box.height / 2,
    box.xCenter + box.width / 2,
    box.yCenter + box.height / 2,
  ];
  /** left < right and top < bottom within the picture, by at least a thousandth. */
  const inside = fc
    .tuple(fraction, fraction, fraction, fraction)
    .map(([a, b, c, d]) => ({
      left: Math.min(a, c),
      top: Math.min(b, d),
      right: Math.max(a, c),
      bottom: Math.max(b, d),
    }))
    .filter(({ left, top, right, bottom }) => right - left > 1e-3 && bottom - top > 1e-3);

  it('survives the way through pixels and back', () => {
    fc.assert(
      fc.property(
        inside,
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 20_000 }),
        (box, width, height) => {
          const pixels = {
            left: box.left * width,
            top: box.top * height,
            right: box.right * width,
            bottom: box.bottom * height,
          };
          const placed = placeBox(relativeEdges(pixels, { width, height }));
          if (placed.kind !== 'placed') throw new Error(placed.why);
          expect(placed.wasCut).toBe(false);
          for (const [index, edge] of edges(placed.box).entries()) {
            expect(edge).toBeCloseTo([box.left, box.top, box.right, box.bottom][index] ?? Number.NaN, 9);
          }
        },
      ),
    );
  });

  it('by centre and size is kept to the last bit when it lies in the picture', () => {
    fc.assert(
      fc.property(inside, ({ left, top, right, bottom }) => {
        const box = {
          xCenter: (left + right) / 2,
          yCenter: (top + bottom) / 2,
          width: right - left,
          height: bottom - top,
        };
        expect(placeBox({ kind: 'centred', ...box })).toEqual({ kind: 'placed', box, wasCut: false });
      }),
    );
  });

  it('is always cut to the picture, and never grows', () => {
    const any = fc.double({ min: -3, max: 3, noNaN: true });
    fc.assert(
      fc.property(any, any, any, any, fc.constantFrom('edges', 'centred'), (a, b, c, d, kind) => {
        const box: Box =
          kind === 'edges'
            ? { kind: 'edges', left: a, top: b, right: c, bottom: d }
            : { kind: 'centred', xCenter: a, yCenter: b, width: c, height: d };
        const placed = placeBox(box);
        if (placed.kind !== 'placed') return;
        annotationSchema.parse({ classValue: 'a', ...placed.box });
        const [left = -1, top = -1, right = 2, bottom = 2] = edges(placed.box);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(-1e-6);
        expect(Math.max(right, bottom)).toBeLessThanOrEqual(1 + 1e-6);
        expect(placed.box.width).toBeGreaterThan(0);
        expect(placed.box.height).toBeGreaterThan(0);
      }),
      { numRuns: 800 },
    );
  });

  it('is told apart into cut in silence, cut with a word, and outside', () => {
    const at = (left: number): Box => ({ kind: 'edges', left, top: 0.2, right: left + 0.2, bottom: 0.4 });
    expect(placeBox(at(0.809))).toMatchObject({ kind: 'placed', wasCut: false, box: { width: expect.closeTo(0.191) } });
    expect(placeBox(at(0.82))).toMatchObject({ kind: 'placed', wasCut: true });
    expect(placeBox(at(1))).toEqual({ kind: 'unusable', why: 'lies outside of the picture' });
    expect(placeBox(at(Number.NaN))).toMatchObject({ kind: 'unusable' });
    expect(placeBox({ kind: 'centred', xCenter: 0.5, yCenter: 0.5, width: 1e308, height: 1e308 })).toMatchObject({
      kind: 'placed',
      wasCut: true,
    });
  });

  it('around points is the smallest that holds them', () => {
    expect(boxAround([0.1, 0.5, 0.3, 0.2, 0.2, 0.9])).toEqual({
      kind: 'edges',
      left: 0.1,
      top: 0.2,
      right: 0.3,
      bottom: 0.9,
    });
    expect(boxAround([0.1, Number.POSITIVE_INFINITY])).toBeNull();
  });
});
