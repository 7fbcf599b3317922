import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ImageProbe } from '../../../../electron/simulators/cloud/image-probe.ts';
import { jpeg, png } from './support.ts';

function probe(bytes: Buffer, pieces: readonly number[] = []): ImageProbe['info'] {
  const looked = new ImageProbe();
  let at = 0;
  for (const piece of pieces) {
    looked.push(bytes.subarray(at, at + piece));
    at += piece;
  }
  looked.push(bytes.subarray(at));
  return looked.info;
}

const segment = (marker: number, length: number): Buffer => {
  const bytes = Buffer.alloc(Math.max(4, 2 + length), 0xab);
  bytes.writeUInt8(0xff, 0);
  bytes.writeUInt8(marker, 1);
  bytes.writeUInt16BE(length, 2);
  return bytes;
};

test('the size is found however the bytes are cut into pieces', () => {
  const header = jpeg(1234, 567, 0);
  const exif = Buffer.concat([header.subarray(0, 2), segment(0xe1, 65_000), segment(0xe2, 60_000), header.subarray(2)]);
  const pictures = [
    { bytes: exif, info: { format: 'jpeg', width: 1234, height: 567 } },
    { bytes: png(321, 4), info: { format: 'png', width: 321, height: 4 } },
  ];
  for (const { bytes, info } of pictures) {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat({ max: 12 }), fc.nat({ max: 70_000 })), { maxLength: 30 }), (pieces) => {
        expect(probe(bytes, pieces)).toEqual(info);
      }),
      { numRuns: 100 },
    );
  }
});

test('progressive frames, fill bytes and restart markers are no obstacle', () => {
  const plain = jpeg(20, 10, 0);
  const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
  const progressive = Buffer.from(plain);
  progressive[frame + 1] = 0xc2;
  expect(probe(progressive)).toEqual({ format: 'jpeg', width: 20, height: 10 });
  const filled = Buffer.concat([
    plain.subarray(0, frame),
    Buffer.from([0xff, 0xff, 0xff, 0x01]),
    plain.subarray(frame),
  ]);
  expect(probe(filled)).toEqual({ format: 'jpeg', width: 20, height: 10 });
});

test('stray bytes between segments are passed over, as decoders do', () => {
  const plain = jpeg(20, 10, 0);
  const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
  for (const stray of [Buffer.alloc(1, 0x5a), Buffer.alloc(400, 0x5a), Buffer.from([0xff, 0, 0, 2])]) {
    const odd = Buffer.concat([plain.subarray(0, frame), stray, plain.subarray(frame)]);
    expect(probe(odd)).toEqual({ format: 'jpeg', width: 20, height: 10 });
    expect(probe(odd, [frame + 1, 1, 3])).toEqual({ format: 'jpeg', width: 20, height: 10 });
  }
});

test.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('<html>a page</html>')],
  ['a GIF', Buffer.from('GIF89a\x01\x00\x01\x00')],
  ['a PNG signature alone', png(1, 1).subarray(0, 8)],
  ['a PNG without IHDR first', Buffer.concat([png(1, 1).subarray(0, 12), Buffer.from('IDAT'), Buffer.alloc(13)])],
  ['a JPEG that scans before its frame', Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xda, 12), jpeg(5, 5)])],
  ['a JPEG with a Huffman table in place of its frame', Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xc4, 20)])],
  ['a JPEG of no width', jpeg(0, 5)],
  ['a JPEG with a segment of impossible length', Buffer.concat([Buffer.from([0xff, 0xd8]), segment(0xe0, 0)])],
])('%s has no size', (_, bytes) => {
  expect(probe(bytes)).toBeNull();
});

test('no bytes make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.boolean(), (bytes, asJpeg) => {
      probe(asJpeg ? Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), bytes]) : Buffer.from(bytes));
    }),
    { numRuns: 500 },
  );
});
