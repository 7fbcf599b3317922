import { describe, expect, it, test } from 'vitest';
import { OperatorError } from '../../../../../../electron/gateway/platform/errors.ts';
import {
  isLegacySchema,
  parseDescription,
} from '../../../../../../electron/gateway/source/genicam/description/description.ts';
import { describing, difficultXml } from '../memory-camera.ts';

const wrapped = (nodes: string): Buffer => Buffer.from(`<RegisterDescription>${nodes}</RegisterDescription>`);

describe('a description', () => {
  it('names camera and schema, and keeps every node that is known', () => {
    const description = parseDescription(difficultXml);
    expect(description).toMatchObject({
      vendor: 'Acusight Tests',
      model: 'Difficult',
      schemaVersion: { major: 1, minor: 1, subMinor: 0 },
    });
    expect(isLegacySchema(description.schemaVersion)).toBe(false);
    expect(isLegacySchema({ major: 1, minor: 0, subMinor: 1 })).toBe(true);
    expect(description.nodes.get('TriggerModeReg')?.register).toMatchObject({
      addresses: [{ literal: '0x100' }, { node: 'TriggerBase' }, { node: 'TriggerModeRegOffset' }],
      indexes: [{ node: 'SelectorValue', offset: { literal: '0x20' } }],
      lsb: 0,
      msb: 0,
      bigEndian: true,
    });
    expect(description.nodes.get('Low')).toMatchObject({
      kind: 'StructEntry',
      register: { signed: true, lsb: 31, msb: 20 },
    });
    expect(description.nodes.get('TriggerNowReg')?.register).toMatchObject({ bigEndian: false, length: null });
    expect(description.nodes.get('ChunkPort')?.leadsTo).toEqual({ kind: 'chunk', id: { number: 0xa5a5 } });
    expect(description.nodes.has('OfAnotherTime')).toBe(false);
  });

  it('may begin with a byte order mark, end with zeros, have another encoding, prefixes and comments', () => {
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), difficultXml, Buffer.alloc(300)]);
    expect(parseDescription(marked).nodes.size).toBe(parseDescription(difficultXml).nodes.size);
    const latin = Buffer.from(
      '<?xml version="1.0" encoding="ISO-8859-1"?><g:RegisterDescription xmlns:g="x"><!-- --><g:Float Name="A"><g:Unit>µs</g:Unit></g:Float></g:RegisterDescription>',
      'latin1',
    );
    expect(parseDescription(latin).nodes.get('A')?.unit).toBe('µs');
    const wide = Buffer.from('\ufeff<RegisterDescription><Integer Name="Größe"/></RegisterDescription>', 'utf16le');
    expect(parseDescription(wide).nodes.has('Größe')).toBe(true);
  });

  it('ends with its root element, and what lies before and behind it is passed over', () => {
    const names = [...parseDescription(difficultXml).nodes.keys()];
    const behind = [
      Buffer.alloc(900, 0xff),
      Buffer.from([0x1a]),
      Buffer.from('\n<!-- old --><Integer Name="Old"/> & </RegisterDescription>'),
      Buffer.concat([Buffer.alloc(200), Buffer.from('old text')]),
      difficultXml,
    ];
    for (const tail of behind)
      expect([...parseDescription(Buffer.concat([difficultXml, tail])).nodes.keys()]).toEqual(names);
    for (const head of ['\r\n \t', '\ufeff', '\ufeff\n', '\0\0\0\0', '\u001a<1>&; ', '\ufffd\ufffd'])
      expect([...parseDescription(Buffer.concat([Buffer.from(head), difficultXml])).nodes.keys()]).toEqual(names);
    const wide = Buffer.concat([
      Buffer.from('<RegisterDescription><Integer Name="A"/></RegisterDescription>', 'utf16le'),
      Buffer.alloc(64, 0xff),
    ]);
    expect([...parseDescription(wide).nodes.keys()]).toEqual(['A']);
    expect([...parseDescription(Buffer.from(wide).subarray(0, -64).swap16()).nodes.keys()]).toEqual(['A']);
  });

  it('with a text that XML does not allow is whole but for that text', () => {
    const file = wrapped(
      '<Integer Name="A"><ToolTip>5&nbsp;V \u0007 &amp; more</ToolTip><Value>1</Value></Integer><Integer Name="B"/>',
    );
    const { nodes } = parseDescription(file);
    expect([...nodes.keys()]).toEqual(['A', 'B']);
    expect(nodes.get('A')).toMatchObject({ tooltip: '5&nbsp;V \u0007 & more', value: { literal: '1' } });
  });

  it('that uses a name twice counts the first', () => {
    const file = describing('<Integer Name="A"><Value>1</Value></Integer><Integer Name="A"><Value>2</Value></Integer>');
    expect(parseDescription(file).nodes.get('A')?.value).toEqual({ literal: '1' });
  });

  it('is not confused by names that JavaScript uses', () => {
    const file = describing(
      '<Integer Name="__proto__"><Value>1</Value></Integer><Integer Name="constructor" __proto__="x"/>',
    );
    expect([...parseDescription(file).nodes.keys()]).toEqual(['Root', '__proto__', 'constructor', 'Device']);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

describe('what is no description', () => {
  const bomb = `<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${Array.from('bcdefghij', (name, index) => `<!ENTITY ${name} "${`&${'abcdefghij'[index]};`.repeat(10)}">`).join('')}]>`;
  test.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(5_000)],
    ['something else', Buffer.from('<html/>')],
    ['no XML', Buffer.from('{"a": 1}')],
    ['cut off', difficultXml.subarray(0, 4_000)],
    ['without any node', wrapped('')],
    ['an entity of two texts', wrapped('<Integer Name="A"><Unit>&unit</Unit><Unit>a;</Unit></Integer>')],
    ['an entity bomb', Buffer.concat([Buffer.from(bomb), wrapped('<Integer Name="A"><Unit>&j;</Unit></Integer>')])],
    [
      'an external entity',
      Buffer.from(
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><RegisterDescription><Integer Name="A"><Unit>&x;</Unit></Integer></RegisterDescription>',
      ),
    ],
    ['too deep', wrapped('<Group>'.repeat(100) + '</Group>'.repeat(100))],
    ['too large', Buffer.alloc(17 * 1024 * 1024, ' ')],
    ['too many nodes', wrapped(Array.from({ length: 50_001 }, (_, index) => `<Integer Name="N${index}"/>`).join(''))],
    ['too many elements', wrapped('<a/>'.repeat(400_001))],
  ])('%s is refused', (_, file) => {
    const error = thrownBy(() => parseDescription(file));
    expect(error).toBeInstanceOf(OperatorError);
    expect(String(error)).toMatch(/description/);
  });
});
