import { describe, expect, it } from 'vitest';
import { fixture, outcomeOf, readingOf } from './reading.ts';

const object = (name: string, ...[xmin, ymin, xmax, ymax]: (number | string)[]): string =>
  `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin><xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;
const voc = (...parts: string[]): string => `<annotation>${parts.join('')}</annotation>`;
const size = (width: number, height: number): string =>
  `<size><width>${width}</width><height>${height}</height></size>`;

const expected = {
  format: 'voc',
  model: {},
  annotations: [
    {
      classValue: 'scratch & dent',
      xCenter: expect.closeTo(0.15),
      yCenter: 0.2,
      width: 0.1,
      height: expect.closeTo(0.2),
    },
    { classValue: '<tief>', confidence: 0.5, xCenter: 0.75, yCenter: 0.75, width: 0.5, height: 0.5 },
  ],
  problems: [],
};

describe('a Pascal VOC sidecar', () => {
  it('is read with entities, CDATA, comments, parts and confidence', () => {
    expect(readingOf('part.xml', fixture('voc.xml'))).toEqual(expected);
  });

  it('is read in UTF-8 with a mark, in UTF-16 of both kinds, and without a mark', () => {
    const text = fixture('voc.xml').toString().replace('encoding="utf-8"', 'encoding="utf-16"');
    const swapped = (bytes: Buffer): Buffer => Buffer.from(bytes).swap16();
    const little = Buffer.from(text, 'utf16le');
    for (const bytes of [
      Buffer.from(`\ufeff${text}`),
      Buffer.concat([Buffer.from([0xff, 0xfe]), little]),
      Buffer.concat([Buffer.from([0xfe, 0xff]), swapped(little)]),
      little,
      swapped(little),
    ]) {
      expect(readingOf('part.xml', bytes)).toEqual(expected);
    }
  });

  it('is read in the encoding that it declares, and in Windows-1252 with a remark', () => {
    const body = voc(object('Kratzer für', 0, 0, 64, 48));
    const declared = `<?xml version="1.0" encoding="ISO-8859-1"?>${body}`;
    expect(readingOf('part.xml', Buffer.from(declared, 'latin1'))).toMatchObject({
      annotations: [{ classValue: 'Kratzer für' }],
      problems: [],
    });
    expect(readingOf('part.xml', Buffer.from(body, 'latin1'))).toMatchObject({
      annotations: [{ classValue: 'Kratzer für' }],
      problems: [expect.stringContaining('Windows-1252')],
    });
    expect(readingOf('part.xml', `<?xml version="1.0" encoding="klingon"?>${body}`).annotations).toHaveLength(1);
  });

  it("is scaled by its own size, and says so when that is not the picture's", () => {
    const { annotations, problems } = readingOf('part.xml', voc(size(320, 240), object('a', 0, 0, 160, 120)));
    expect(annotations).toEqual([{ classValue: 'a', xCenter: 0.25, yCenter: 0.25, width: 0.5, height: 0.5 }]);
    expect(problems).toEqual([
      'part.xml: it was made for a picture of 320 × 240 pixels, this one has 640 × 480; the boxes are scaled.',
    ]);
  });

  it("uses the picture's size where it has none or zeros", () => {
    for (const stated of ['', size(0, 0)]) {
      expect(readingOf('part.xml', voc(stated, object('a', 0, 0, 320, 480)))).toMatchObject({
        annotations: [{ width: 0.5, height: 1 }],
        problems: [],
      });
    }
    expect(
      readingOf('part.xml', voc('<size><width>x</width><height>480</height></size>', object('a', 0, 0, 320, 480))),
    ).toMatchObject({
      annotations: [{ width: 0.5 }],
      problems: [expect.stringContaining('width is "x"; the real size 640 × 480 is used')],
    });
  });

  it('keeps the good objects beside the bad ones, and says what is wrong with each', () => {
    const { annotations, problems } = readingOf(
      'part.xml',
      voc(
        object('a', 0, 0, 64, 48),
        '<object><name>b</name></object>',
        object('c', 0, '12,5', 64, 48),
        object('d', 64, 0, 10, 48),
        object('', 0, 0, 64, 48),
        object('f', 600, 0, 700, 48),
        object('g', 0, 0, 641, 48),
      ),
    );
    expect(annotations.map(({ classValue }) => classValue)).toEqual(['a', 'f', 'g']);
    expect(problems).toEqual([
      'part.xml: object 2 ("b") is left out: it has no <bndbox>.',
      expect.stringContaining('object 3 ("c") is left out: <ymin> is "12,5" with a decimal comma'),
      expect.stringContaining('object 4 ("d") is left out: its box is empty'),
      expect.stringContaining('is left out: its class is empty'),
      expect.stringContaining('object 6 ("f") sticks out of the picture and was cut'),
    ]);
  });

  it('is unrelated when its root is another, and bad when it is no XML, with the line', () => {
    expect(outcomeOf('part.xml', '<?xml version="1.0"?><camera><gain>3</gain></camera>')).toEqual({
      kind: 'unrelated',
    });
    const broken: [string, string][] = [
      ['<annotation>\n<object>\n<name>a</name>', 'line 3: it stops inside <object>'],
      ['<annotation>\n</object>', 'line 2: </object> closes nothing'],
      ['<annotation><object', 'line 1: a tag is not closed'],
      ['<annotation/><annotation/>', 'second root'],
      ['<annotation><!-- ', 'comment is not closed'],
      ['<annotation><![CDATA[ ', 'CDATA section is not closed'],
      ['plain text', 'outside of the elements'],
      ['<!DOCTYPE annotation [', 'document type is not closed'],
      ['<!-- only -->', 'no element'],
      [' \n', 'it is empty'],
    ];
    for (const [text, words] of broken) {
      expect(outcomeOf('part.xml', text)).toEqual({ kind: 'bad', problem: expect.stringContaining(words) });
    }
  });

  it('has no entities of its own: they are neither fetched nor expanded', () => {
    const bomb = `<!DOCTYPE annotation [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
      <!ENTITY x SYSTEM "file:///etc/passwd"> <!-- ]> -->]>`;
    const { annotations } = readingOf(
      'part.xml',
      bomb + voc(object('&b;', 0, 0, 64, 48), object('&x;', 0, 0, 64, 48), object('&#65;&#x42;&#0;', 0, 0, 64, 48)),
    );
    expect(annotations.map(({ classValue }) => classValue)).toEqual(['&b;', '&x;', 'AB&#0;']);
  });
});
