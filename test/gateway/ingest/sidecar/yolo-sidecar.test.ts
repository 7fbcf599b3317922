import { describe, expect, it } from 'vitest';
import { readClassList } from '../../../../electron/gateway/ingest/sidecar/class-list.ts';
import { fixture, outcomeOf, readingOf } from './reading.ts';

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

describe('a class list', () => {
  const names = (fileName: string, content: string | Buffer) => readClassList(fileName, Buffer.from(content));

  it('is a name a line', () => {
    expect(names('classes.txt', fixture('classes.txt'))).toEqual({ ok: true, names: classes });
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
