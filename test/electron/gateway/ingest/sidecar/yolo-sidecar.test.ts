import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readClassList } from '../../../../../electron/gateway/ingest/sidecar/class-lists.ts';
import { readSidecar } from '../../../../../electron/gateway/ingest/sidecar/read-sidecar.ts';
import { fixture, outcomeOf, picture, readingOf } from './reading.ts';

const classes = ['scratch', 'dent', 'Kratzer (tief)'];

describe('a YOLO sidecar', () => {
  it('is read with boxes, confidence, polygons and class names', () => {
    expect(readingOf('part.txt', fixture('yolo.txt'), classes)).toEqual({
      format: 'yolo',
      model: {},
      annotations: [
        { classValue: 'scratch', xCenter: 0.5, yCenter: 0.25, width: 0.1, height: 0.2 },
        { classValue: 'dent', confidence: 0.875, xCenter: 0.2, yCenter: 0.2, width: 0.1, height: 0.1 },
        {
          classValue: 'Kratzer (tief)',
          xCenter: expect.closeTo(0.2),
          yCenter: expect.closeTo(0.25),
          width: expect.closeTo(0.2),
          height: expect.closeTo(0.3),
        },
      ],
      problems: [],
    });
  });

  it('uses the class numbers where there is no class list, and says so once', () => {
    const { annotations, problems } = readingOf('part.txt', fixture('yolo.txt'));
    expect(annotations.map(({ classValue }) => classValue)).toEqual(['0', '1', '2']);
    expect(problems).toEqual([expect.stringContaining('no usable class list')]);
  });

  it('says when a class is not in the list', () => {
    const { annotations, problems } = readingOf('part.txt', '9 0.5 0.5 0.1 0.1', classes);
    expect(annotations[0]?.classValue).toBe('9');
    expect(problems).toEqual(['part.txt: line 1: class 9 is not in the class list; the number is used as its class.']);
  });

  it('says that nothing is in the picture when it is empty', () => {
    for (const text of ['', '\n \n', '# nothing found\n']) {
      expect(readingOf('part.txt', text, classes)).toMatchObject({ annotations: [], problems: [] });
    }
  });

  it('keeps the good lines beside the bad ones, and says what is wrong with each', () => {
    const lines = [
      '0 0.5 0.5 0.1 0.1',
      '0 0,5 0,5 0,1 0,1',
      '0,0.5,0.5,0.1,0.1',
      '0 0.5 0.5 0.1',
      'scratch 0.5 0.5 0.1 0.1',
      '-1 0.5 0.5 0.1 0.1',
      '1.5 0.5 0.5 0.1 0.1',
      '0 nan 0.5 0.1 0.1',
      '0 0.5 0.5 0 0.1',
      '0 320 240 64 48',
      '0 0.5 0.5 0.1 0.1 1.7',
      '0 0.5 0.5 1e-1 .1 9e-1',
    ];
    const { annotations, problems } = readingOf('part.txt', lines.join('\r\n'), classes);
    expect(annotations.map(({ confidence }) => confidence)).toEqual([undefined, undefined, 0.9]);
    expect(problems).toEqual([
      'part.txt: line 2 is left out: "0,5" has a decimal comma; write "0.5".',
      expect.stringContaining('line 3 is left out: its numbers are separated by commas'),
      expect.stringContaining('line 4 is left out: it has 4 numbers; expected "class x_center y_center width height"'),
      expect.stringContaining('line 5 is left out: "scratch" is not a usable number'),
      expect.stringContaining('line 6 is left out: its class "-1" is not a whole number'),
      expect.stringContaining('line 7 is left out: its class "1.5" is not a whole number'),
      expect.stringContaining('line 8 is left out: "nan" is not a usable number'),
      expect.stringContaining('line 9 is left out: its box is empty'),
      expect.stringContaining('line 10 is left out: 320 is no fraction of the picture, as if the numbers were pixels'),
      expect.stringContaining('line 11: its confidence is 1.7'),
    ]);
  });

  it("takes a tracker's number behind the confidence for what it is", () => {
    expect(readingOf('part.txt', '0 0.5 0.5 0.1 0.1 0.8 12', classes).annotations).toEqual([
      { classValue: 'scratch', confidence: 0.8, xCenter: 0.5, yCenter: 0.5, width: 0.1, height: 0.1 },
    ]);
  });

  it('reads the confidence behind a polygon', () => {
    expect(readingOf('part.txt', '0 0.1 0.1 0.3 0.1 0.3 0.4 0.75', classes).annotations[0]).toMatchObject({
      confidence: 0.75,
      xCenter: expect.closeTo(0.2),
    });
  });

  it('is unrelated when it is prose, and also when it only has some numbers', () => {
    expect(outcomeOf('part.txt', 'Lot 4711 was fine\nchecked by K. at 8 15\n')).toEqual({ kind: 'unrelated' });
    expect(outcomeOf('classes.txt', '0 0.5 0.5 0.1 0.1')).toEqual({ kind: 'unrelated' });
  });
});

/** `count` numbers of an outline or of keypoints round the box 0.4–0.6 × 0.3–0.7, the same at each run. */
function spread(count: number, each: (x: number, y: number, index: number) => readonly (number | string)[]): string {
  let state = 7;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const points = Array.from({ length: count }, (_, index) =>
    each(0.41 + 0.18 * random(), 0.31 + 0.38 * random(), index),
  );
  return points
    .flat()
    .map((value) => (typeof value === 'number' ? value.toFixed(4) : value))
    .join(' ');
}
const person = { xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.4 };
const poseLine = (rest: string): string => `0 0.5 0.5 0.2 0.4 ${rest}`;
const annotationsOf = (content: string, keypoints: Parameters<typeof readSidecar>[0]['keypoints'] = null) => {
  const input = { path: 'part.txt', bytes: Buffer.from(content), picture, classNames: classes, keypoints };
  const outcome = readSidecar(input);
  if (outcome.kind !== 'read') throw new Error(outcome.kind);
  expect(outcome.reading.problems).toEqual([]);
  return outcome.reading.annotations.map(({ classValue, ...rest }) => rest);
};
const near = (box: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(box).map(([key, value]) => [key, expect.closeTo(value, 4)]));

describe('a YOLO file of poses', () => {
  it.each([
    ['17 × x y v', 17, (x: number, y: number, i: number) => [x, y, String(i % 3)]],
    ['17 × x y v, all seen', 17, (x: number, y: number) => [x, y, '2']],
    ['17 × x y v with points', 17, (x: number, y: number) => [x, y, '2.000000']],
    ['17 × x y and how sure it is', 17, (x: number, y: number, i: number) => [x, y, 0.5 + 0.02 * i]],
    ['21 × x y', 21, (x: number, y: number) => [x, y]],
    ['5 × x y v', 5, (x: number, y: number) => [x, y, '2']],
    [
      '4 × x y v, of which one is not there',
      4,
      (x: number, y: number, i: number) => (i === 2 ? ['0', '0', '0'] : [x, y, '2']),
    ],
  ])('has the box of each, not of its keypoints: %s', (_, count, each) => {
    const keypoints = spread(count, each);
    expect(annotationsOf(poseLine(keypoints))).toEqual([person]);
    expect(annotationsOf(poseLine(`${keypoints} 0.93`))).toEqual([{ ...person, confidence: 0.93 }]);
    expect(annotationsOf(poseLine(`${keypoints} 0.93 7`))).toEqual([{ ...person, confidence: 0.93 }]);
    expect(annotationsOf(poseLine(`${keypoints} 0.93 1`))).toEqual([{ ...person, confidence: 0.93 }]);
    expect(annotationsOf([poseLine(keypoints), poseLine(keypoints)].join('\n'))).toEqual([person, person]);
  });

  it('is what the kpt_shape of its data.yaml says where its length alone does not tell', () => {
    const line = '0 0.5 0.5 0.2 0.4 0.45 0.35 0.55 0.65';
    expect(annotationsOf(line, { count: 2, numbers: 2 })).toEqual([person]);
    expect(annotationsOf(`${line} 0.93`, { count: 2, numbers: 2 })).toEqual([{ ...person, confidence: 0.93 }]);
    expect(annotationsOf('0 0.5 0.5 0.2 0.4 0.5 0.5 1', { count: 1, numbers: 3 })).toEqual([person]);
    // Polygons stay polygons where the shape does not fit.
    expect(annotationsOf('0 .1 .1 .3 .1 .3 .4 .1 .4', { count: 17, numbers: 3 })).toEqual([
      near({ xCenter: 0.2, yCenter: 0.25, width: 0.2, height: 0.3 }),
    ]);
  });
});

describe('a YOLO file of polygons', () => {
  const quarter = near({ xCenter: 0.2, yCenter: 0.25, width: 0.2, height: 0.3 });
  it.each([
    ['a turned box', '0 .1 .1 .3 .1 .3 .4 .1 .4', undefined],
    ['a turned box with a confidence', '0 .1 .1 .3 .1 .3 .4 .1 .4 .88', 0.88],
    ['a polygon with confidence and the first track', '0 .1 .1 .3 .1 .3 .4 .1 .4 .88 1', 0.88],
    ['a polygon with confidence and a later track', '0 .1 .1 .3 .1 .3 .4 .1 .4 .88 12', 0.88],
    ['a polygon with a track only', '0 .1 .1 .3 .1 .3 .4 .1 .4 12', undefined],
    ['a triangle', '0 .1 .1 .3 .1 .3 .4', undefined],
    ['a triangle with a confidence', '0 .1 .1 .3 .1 .3 .4 .75', 0.75],
    ['a triangle with confidence and track', '0 .1 .1 .3 .1 .3 .4 .75 3', 0.75],
  ])('has the upright box around each: %s', (_, line, confidence) => {
    expect(annotationsOf(line)).toEqual([{ ...quarter, ...(confidence === undefined ? {} : { confidence }) }]);
  });

  it('of many corners is not taken for a pose, whatever its place', () => {
    // With few and large edges, the corner (0.9, 1) may be one of the outline.
    for (const [x, y, radius] of [
      [0.5, 0.5, 0.1],
      [0.45, 0.5, 0.2],
      [0.2, 0.7, 0.15],
      [0.5, 0.5, 0.5],
    ] as const)
      for (const corners of [5, 6, 10, 14, 17, 28, 55, 400])
        for (const tail of ['', ' 0.9', ' 0.9 3', ...(corners < 8 && radius > 0.1 ? [] : [' 0.9 1'])]) {
          const outline = Array.from({ length: corners }, (_, index) => {
            const angle = 0.3 + (2 * Math.PI * index) / corners;
            return `${(x + radius * Math.cos(angle)).toFixed(5)} ${(y + radius * Math.sin(angle)).toFixed(5)}`;
          });
          const [found] = annotationsOf(`0 ${outline.join(' ')}${tail}`);
          expect(found?.width ?? 0, `${corners} corners round ${x}${tail}`).toBeLessThanOrEqual(2 * radius + 1e-3);
          expect(found?.height ?? 0).toBeLessThanOrEqual(2 * radius + 1e-3);
          expect(Math.abs((found?.xCenter ?? 0) - x)).toBeLessThanOrEqual(radius / 4);
        }
  });

  it('may end with the edge of the picture: a triangle is one, and it is said that it may be a tracked box', () => {
    const { annotations, problems } = readingOf('part.txt', '0 .5 .5 .2 .2 .4 1', classes);
    expect(annotations).toEqual([
      { classValue: 'scratch', ...near({ xCenter: 0.35, yCenter: 0.6, width: 0.3, height: 0.8 }) },
    ]);
    expect(problems).toEqual([expect.stringContaining('line 1 may be a triangle or a box')]);
    expect(annotationsOf('0 .1 .1 .3 .1 .3 1 .1 1')).toEqual([
      near({ xCenter: 0.2, yCenter: 0.55, width: 0.2, height: 0.9 }),
    ]);
  });
});

describe('the lines of one YOLO file', () => {
  it('decide together: one track above 1 makes tracks of all', () => {
    expect(annotationsOf('0 .5 .5 .2 .2 .4 1\n0 .5 .5 .2 .2 .4 2\n')).toEqual([
      { xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.2, confidence: 0.4 },
      { xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.2, confidence: 0.4 },
    ]);
    expect(annotationsOf('0 .5 .5 .2 .2 1\n0 .5 .5 .2 .2 2\n')).toEqual([
      { xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.2 },
      { xCenter: 0.5, yCenter: 0.5, width: 0.2, height: 0.2 },
    ]);
    expect(annotationsOf('0 .5 .5 .2 .2 1\n0 .5 .5 .2 .2 .7\n').map(({ confidence }) => confidence)).toEqual([1, 0.7]);
  });

  it.each(['0 0.9 10 20 70 60', '0 10 20 70 60', '0 10 20 70 20 70 60', '0 320 240 64 48 0.9'])(
    'in pixels are refused, and that is said: %s',
    (line) => {
      const { annotations, problems } = readingOf('part.txt', line, classes);
      expect(annotations).toEqual([]);
      expect(problems).toEqual([expect.stringMatching(/line 1 is left out: \d+ is no fraction of the picture/)]);
    },
  );

  it('end with CR alone, too', () => {
    expect(annotationsOf('0 .5 .5 .2 .2\r0 .5 .5 .2 .2\r')).toHaveLength(2);
    expect(readingOf('part.txt', '0 .5 .5 .2 .2\r\n\rx\n', classes).problems).toEqual([
      expect.stringContaining('line 3 is left out'),
    ]);
  });

  it('never throw, whatever numbers they have, and give boxes in the picture', () => {
    const number = fc.oneof(
      fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value.toFixed(3)),
      fc.constantFrom('0', '1', '2', '17', '-0.1', '1e400', '.5'),
    );
    const lines = fc.array(fc.array(number, { maxLength: 60 }), { maxLength: 8 });
    fc.assert(
      fc.property(lines, (all) => {
        const outcome = outcomeOf('part.txt', all.map((tokens) => ['0', ...tokens].join(' ')).join('\n'), classes);
        for (const { xCenter, yCenter, width, height } of outcome.kind === 'read' ? outcome.reading.annotations : [])
          for (const value of [xCenter, yCenter, width, height]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
      }),
    );
  });
});

describe('a class list', () => {
  const names = (fileName: string, content: string | Buffer) => readClassList(fileName, Buffer.from(content));

  it('is a name a line', () => {
    expect(names('classes.txt', fixture('classes.txt'))).toEqual({ ok: true, names: classes });
    expect(names('classes.txt', 'a\rb\r')).toEqual({ ok: true, names: ['a', 'b'] });
    expect(names('data.yaml', 'nc: 2\rnames:\r  0: a\r  1: b\r')).toEqual({ ok: true, names: ['a', 'b'] });
    expect(names('data.yaml', 'names: [a, # one\rb]\r')).toEqual({ ok: true, names: ['a', 'b'] });
    expect(names('obj.names', 'a\n\nc')).toEqual({ ok: true, names: ['a', '', 'c'] });
    expect(names('classes.txt', Buffer.from('\ufeffÖse\nb', 'utf16le'))).toEqual({ ok: true, names: ['Öse', 'b'] });
  });

  it('is the names of a data.yaml, in every form that tools write', () => {
    expect(names('data.yaml', fixture('data.yaml'))).toEqual({
      ok: true,
      names: ['scratch', 'dent: deep', "Müller's mark"],
    });
    const same = { ok: true, names: ['a', 'b c', 'd'] };
    expect(names('data.yaml', 'nc: 3\nnames: [\'a\', "b c", d]\n')).toEqual(same);
    expect(names('data.yaml', 'names: [\n  a, # first\n  b c,\n  d,\n]\nnc: 3\n')).toEqual(same);
    expect(names('data.yaml', 'names:\n- a\n- b c\n- "d"\nnc: 3\n')).toEqual(same);
    expect(names('data.yaml', 'names:\n  - a\n\n  # more\n  - b c\n  - d')).toEqual(same);
    expect(names('data.yml', 'names: {0: a, 1: "b c", 2: d}')).toEqual(same);
    expect(names('data.yml', '\r\nnames:\r\n  2: d\r\n  0: a\r\n  1: b c\r\n')).toEqual(same);
    expect(names('data.yaml', 'names:\n  0: no\n  3: 01\n')).toEqual({ ok: true, names: ['no', '', '', '01'] });
  });

  it('knows the keypoints of a data.yaml', () => {
    for (const text of [
      'kpt_shape: [17, 3]\nnames: [a]',
      "names: ['a']\nkpt_shape:\n  - 17\n  - 3\n",
      'names: [a]\rkpt_shape: [ 17,3 ] # COCO\r',
    ])
      expect(names('data.yaml', text)).toMatchObject({ ok: true, keypoints: { count: 17, numbers: 3 } });
    expect(names('data.yaml', 'names: [a]\nkpt_shape: [0, 3]')).toEqual({ ok: true, names: ['a'] });
  });

  it('is none without names, and says what is wrong with wrong ones', () => {
    expect(names('data.yaml', 'nc: 3\ntrain: x\n')).toBeNull();
    expect(names('data.yaml', 'names: [a, b')).toMatchObject({ ok: false, why: expect.stringContaining('not closed') });
    expect(names('data.yaml', 'names:\n  scratch: 0\n')).toMatchObject({
      ok: false,
      why: expect.stringContaining('"scratch: 0", expected'),
    });
    expect(names('data.yaml', 'names: []\n')).toMatchObject({ ok: false, why: expect.stringContaining('empty') });
    expect(names('data.yaml', 'names:\n  999999999: a\n')).toMatchObject({ ok: false });
    expect(names('classes.txt', '')).toMatchObject({ ok: false, why: 'it is empty' });
    expect(names('classes.txt', '0 0.5 0.5 0.1 0.1\n')).toMatchObject({
      ok: false,
      why: expect.stringContaining('holds boxes'),
    });
  });
});
