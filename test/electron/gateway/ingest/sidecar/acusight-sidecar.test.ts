import { describe, expect, it } from 'vitest';
import { fixture, json, outcomeOf, readingOf } from './reading.ts';

const box = { class_value: 'scratch', x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.2 };
const withBoxes = (...annotations: unknown[]): string => json({ annotations });

describe('an Acusight sidecar', () => {
  it('is read with its model, confidences and boxes exactly as written', () => {
    expect(readingOf('part.json', fixture('acusight.json'))).toEqual({
      format: 'acusight',
      model: { id: 'mdl_41', name: 'scratches', version: '2.3.0' },
      annotations: [
        { classValue: 'scratch', confidence: 0.93, xCenter: 0.5, yCenter: 0.25, width: 0.1, height: 0.2 },
        { classValue: 'dent', xCenter: 0.2, yCenter: 0.2, width: 0.1, height: 0.1 },
      ],
      problems: [],
    });
  });

  it('may name a model and no annotations', () => {
    expect(readingOf('part.json', json({ model_id: 5 }))).toMatchObject({ model: { id: '5' }, annotations: [] });
    expect(readingOf('part.json', json({ annotations: null, model_version: 'x' })).annotations).toEqual([]);
  });

  it('keeps the good annotations beside the bad ones, and says what is wrong with each', () => {
    const { annotations, problems } = readingOf(
      'in/part.json',
      withBoxes(
        box,
        'text',
        { ...box, width: undefined },
        { ...box, x_center: '0,5' },
        { ...box, class_value: '' },
        { ...box, height: 0 },
        { ...box, x_center: 320 },
        { ...box, confidence: 93 },
        { ...box, x_center: 0.95, width: 0.3 },
        { ...box, class_value: 3 },
      ),
    );
    expect(annotations.map(({ classValue }) => classValue)).toEqual(['scratch', 'scratch', 'scratch', '3']);
    expect(annotations[1]).not.toHaveProperty('confidence');
    expect(annotations[2]?.width).toBeCloseTo(0.2);
    expect(problems).toEqual([
      expect.stringMatching(/^in\/part\.json: annotations\[1\] is "text", expected an object\.$/),
      expect.stringContaining('annotations[2] is left out: width is missing, expected a number from 0 to 1'),
      expect.stringContaining('annotations[3] is left out: x_center is "0,5" with a decimal comma (write "0.5")'),
      expect.stringContaining('annotations[4] is left out: its class is empty'),
      expect.stringContaining('annotations[5] is left out: its box is empty'),
      expect.stringContaining('annotations[6] is left out: its box lies outside of the picture (x from 319.9'),
      expect.stringContaining('annotations[7]: its confidence is 93, expected a number from 0 to 1'),
      expect.stringContaining('annotations[8] sticks out of the picture and was cut'),
    ]);
  });

  it('cuts a box that sticks out by rounding without a word', () => {
    const { annotations, problems } = readingOf('part.json', withBoxes({ ...box, x_center: 0.905 }));
    expect(problems).toEqual([]);
    expect((annotations[0]?.xCenter ?? 0) + (annotations[0]?.width ?? 0) / 2).toBeCloseTo(1, 12);
  });

  it('says when it names another picture', () => {
    expect(readingOf('part.json', json({ filename: 'b.jpg', annotations: [box] })).problems).toEqual([
      'part.json: it names the picture "b.jpg"; by its file name it belongs to "part.jpg".',
    ]);
  });

  it('takes NaN, as Python writes it, for one bad number and not for a broken file', () => {
    const text = `{"annotations":[{"class_value":"NaN \\" Infinity","x_center":0.5,"y_center":0.5,"width":0.2,"height":0.2,"confidence":NaN},
      {"class_value":"b","x_center":-Infinity,"y_center":0.5,"width":0.2,"height":0.2}]}`;
    const { annotations, problems } = readingOf('part.json', text);
    expect(annotations).toEqual([expect.objectContaining({ classValue: 'NaN " Infinity' })]);
    expect(problems).toEqual([expect.stringContaining('x_center is null')]);
  });

  it('is bad when it is no JSON, and says where', () => {
    expect(outcomeOf('part.json', '{"annotations": [}')).toEqual({
      kind: 'bad',
      problem: 'part.json: it is not valid JSON (unexpected "}" in "{"annotations": [}").',
    });
    expect(outcomeOf('part.json', '{"model_id": 1,\n "annotations": [1 2]}')).toEqual({
      kind: 'bad',
      problem: 'part.json: it is not valid JSON (line 2, character 20).',
    });
    expect(outcomeOf('part.json', '{"annotations": [{"class')).toMatchObject({
      kind: 'bad',
      problem: expect.stringContaining('stops in the middle'),
    });
    expect(outcomeOf('part.json', '')).toMatchObject({ kind: 'bad', problem: 'part.json: it is empty.' });
    expect(outcomeOf('part.json', '{"annotations": 5}')).toMatchObject({
      problem: expect.stringContaining('expected a list'),
    });
    expect(outcomeOf('part.json', Buffer.alloc(100))).toMatchObject({
      problem: expect.stringContaining('not a text file'),
    });
  });

  it('is unrelated when it is other JSON', () => {
    for (const other of ['{"exposure": 5}', '[1, 2]', '"text"', '5', 'null']) {
      expect(outcomeOf('part.json', other)).toEqual({ kind: 'unrelated' });
    }
  });

  it('is cut to ten thousand annotations and twenty problems', () => {
    const many = readingOf('part.json', withBoxes(...Array.from({ length: 10_002 }, () => box)));
    expect(many.annotations).toHaveLength(10_000);
    expect(many.problems).toEqual(['part.json: only the first 10000 annotations are taken.']);
    const wrong = readingOf('part.json', withBoxes(...Array.from({ length: 500 }, () => 1), box));
    expect(wrong.annotations).toHaveLength(1);
    expect(wrong.problems).toHaveLength(21);
    expect(wrong.problems.at(-1)).toBe('part.json: and 480 more problems.');
  });
});

describe('geometry of the public upload example', () => {
  const example = (...geometry: number[]) => ({ class_value: 'a', type: 'bbox', geometry });

  it('is read as corner and size when the centre would leave the picture, for the whole file', () => {
    const { annotations, problems } = readingOf(
      'part.json',
      withBoxes(example(0.05, 0.1, 0.5, 0.5), example(0.4, 0.4, 0.1, 0.1)),
    );
    expect(problems).toEqual([]);
    expect(annotations[0]).toMatchObject({
      xCenter: expect.closeTo(0.3),
      yCenter: expect.closeTo(0.35),
      width: expect.closeTo(0.5),
    });
    expect(annotations[1]).toMatchObject({ xCenter: expect.closeTo(0.45), width: expect.closeTo(0.1) });
  });

  it('is read as centre and size when the corner would leave the picture', () => {
    expect(readingOf('part.json', withBoxes(example(0.8, 0.8, 0.4, 0.4))).annotations[0]).toMatchObject({
      xCenter: 0.8,
      width: 0.4,
    });
  });

  it('may be in pixels', () => {
    expect(readingOf('part.json', withBoxes(example(0, 0, 640, 240))).annotations[0]).toMatchObject({
      xCenter: 0.5,
      yCenter: 0.25,
      width: 1,
      height: 0.5,
    });
  });

  it('is reported when it can be read either way', () => {
    const { annotations, problems } = readingOf('part.json', withBoxes(example(0.4, 0.4, 0.2, 0.2)));
    expect(annotations).toEqual([]);
    expect(problems).toEqual([expect.stringContaining('does not say whether x and y are a corner or the centre')]);
  });

  it('is reported when it is no box', () => {
    const { problems } = readingOf(
      'part.json',
      withBoxes(example(0.1, 0.1, 0.5), { ...example(0, 0, 1, 1), type: 'polygon' }),
    );
    expect(problems).toEqual([
      expect.stringContaining('not a list of four numbers'),
      expect.stringContaining('type is "polygon", expected "bbox"'),
    ]);
  });
});
