import { once } from 'node:events';
import busboy from 'busboy';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { multipartFrame } from '../../../../../electron/gateway/cloud/acusight/upload-body.ts';

type Part = { readonly name: string; readonly filename: string | null; readonly type: string; readonly bytes: Buffer };

/** The form as a server reads it. */
async function read(contentType: string, body: Buffer): Promise<Part[]> {
  const parts: Part[] = [];
  const parser = busboy({ headers: { 'content-type': contentType }, defParamCharset: 'utf8', preservePath: true });
  parser.on('field', (name, value, { mimeType }) => {
    parts.push({ name, filename: null, type: mimeType, bytes: Buffer.from(value) });
  });
  parser.on('file', (name, stream, { filename = null, mimeType }: { filename?: string | null; mimeType: string }) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => parts.push({ name, filename, type: mimeType, bytes: Buffer.concat(chunks) }));
  });
  parser.end(body);
  await once(parser, 'close');
  return parts;
}

const picture = Buffer.from('\xff\xd8 not really \r\n--a boundary\r\n\xff\xd9', 'latin1');

async function roundTrip(filename: string, metadata = '{"a":1}') {
  const { head, tail, contentType } = multipartFrame(metadata, filename, 'image/jpeg');
  return read(contentType, Buffer.concat([head, picture, tail]));
}

describe('the multipart body', () => {
  test('holds the metadata first and then the picture, byte for byte', async () => {
    const parts = await roundTrip('a.jpg', '{"text":"µ 検査 🏭"}');
    expect(parts).toEqual([
      { name: 'metadata', filename: null, type: 'text/plain', bytes: Buffer.from('{"text":"µ 検査 🏭"}') },
      { name: 'image', filename: 'a.jpg', type: 'image/jpeg', bytes: picture },
    ]);
  });

  test.each([
    'plain.jpg',
    'with space.jpg',
    'größe-Ø-検査-изделие-🏭.jpg',
    `${'ä'.repeat(125)}.jpg`,
    "it's.jpg",
    'a;b=c.jpg',
    '-leading.jpg',
    'percent%22.jpg',
  ])('carries the name %j', async (name) => {
    expect((await roundTrip(name))[1]?.filename).toBe(name);
  });

  test.each([
    ['say "hi".jpg', 'say %22hi%22.jpg'],
    ['back\\slash.jpg', 'back%5Cslash.jpg'],
    ['ends with\\', 'ends with%5C'],
    ['line\nbreak.jpg', 'line%0Abreak.jpg'],
    ['line\r\nbreak.jpg', 'line%0D%0Abreak.jpg'],
    ['x"\r\nContent-Type: text/html\r\n\r\nboo.jpg', 'x%22%0D%0AContent-Type: text/html%0D%0A%0D%0Aboo.jpg'],
  ])('escapes %j as browsers do, so that no name can end its header', async (name, expected) => {
    const parts = await roundTrip(name);
    expect(parts.map((part) => part.name)).toEqual(['metadata', 'image']);
    expect(parts[1]).toMatchObject({ filename: expected, type: 'image/jpeg', bytes: picture });
  });

  test('is read back as two parts whatever the name', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 255 }), async (name) => {
        const parts = await roundTrip(name);
        expect(parts.map((part) => part.name)).toEqual(['metadata', 'image']);
        expect(parts[1]?.bytes.equals(picture)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });

  test('has another boundary each time, so that no picture can hold it', () => {
    const boundaries = Array.from({ length: 100 }, () => multipartFrame('{}', 'a.jpg', 'image/png').contentType);
    expect(new Set(boundaries).size).toBe(100);
  });
});
