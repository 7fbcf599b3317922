import { deflateSync } from 'node:zlib';
import { makeBmp } from './bmp.ts';
import { exifBlock, orientationBlock, pngChunk, withExif } from './exif.ts';
import { jpegSegment, testImage, type VipsModule, withVips } from './pictures.ts';

type Image = InstanceType<VipsModule['Image']>;

export const oddWidth = 300;
export const oddHeight = 200;

/** Small pictures as cameras, copy programs and editors really leave them: name -> bytes. 80 kinds. */
export const makeOddPictures = (): Promise<ReadonlyMap<string, Buffer>> =>
  withVips((vips) => new Map([...oddJpegs(vips), ...oddPngs(vips), ...otherFiles(vips)]));

const jpegOf = (image: Image, options: object = {}): Buffer =>
  Buffer.from(image.jpegsaveBuffer({ Q: 90, keep: 'none', ...options }));
const pngOf = (image: Image, options: object = {}): Buffer =>
  Buffer.from(image.pngsaveBuffer({ keep: 'none', ...options }));
const insert = (bytes: Buffer, at: number, ...more: readonly Buffer[]): Buffer =>
  Buffer.concat([bytes.subarray(0, at), ...more, bytes.subarray(at)]);
const u32 = (value: number): Buffer =>
  Buffer.from([value >>> 24, value >>> 16, value >>> 8, value].map((byte) => byte & 255));
const noise = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, at) => (at * 7919 + (at >> 5) * 31) & 255));

function oddJpegs(vips: VipsModule): [string, Buffer][] {
  const image = testImage(vips, oddWidth, oddHeight);
  const plain = jpegOf(image);
  const progressive = jpegOf(image, { interlace: true });
  const small = jpegOf(testImage(vips, 60, 40));
  const behindFirst = 4 + plain.readUInt16BE(4);
  const tables = plain.indexOf(Buffer.from([0xff, 0xdb]));
  const scan = plain.indexOf(Buffer.from([0xff, 0xda]));
  const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
  const secondScan = progressive.indexOf(Buffer.from([0xff, 0xda]), progressive.indexOf(Buffer.from([0xff, 0xda])) + 2);
  const end = Buffer.from([0xff, 0xd9]);
  const half = plain.subarray(0, plain.length >> 1);
  const damaged = Buffer.from(plain);
  damaged.fill(0x77, scan + 400, scan + 420);
  const heightLater = Buffer.from(plain);
  heightLater.writeUInt16BE(0, frame + 5);
  const withLines = Buffer.concat([heightLater.subarray(0, -2), Buffer.from([0xff, 0xdc, 0, 4, 0, oddHeight]), end]);
  const shortExif = Buffer.concat([
    Buffer.from([0xff, 0xe1, 0, 16]),
    Buffer.from('Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0', 'latin1'),
    Buffer.alloc(25, 'x'),
  ]);
  const cmyk = image.invert().bandjoin(image.extractBand(0).multiply(0)).cast('uchar').copy({ interpretation: 'cmyk' });
  const several = Buffer.concat([
    insert(plain, behindFirst, jpegSegment(0xe2, Buffer.from('MPF\0II*\0', 'latin1'))),
    small,
  ]);
  const stray = (count: number): Buffer => insert(plain, behindFirst, Buffer.alloc(count, 0x5a));
  const behind = (more: Buffer): Buffer => Buffer.concat([plain, more]);
  return [
    ['jpeg-ok.jpg', plain],
    ['jpeg-no-eoi.jpg', plain.subarray(0, -2)],
    ['jpeg-progressive-no-eoi.jpg', progressive.subarray(0, -2)],
    ['jpeg-eoi-then-half-ff.jpg', plain.subarray(0, -1)],
    ...[1, 8, 16, 17, 40].map((count): [string, Buffer] => [`jpeg-gap-${count}-after-app0.jpg`, stray(count)]),
    ['jpeg-ff00-header.jpg', insert(plain, tables, Buffer.from([0xff, 0, 0, 2]))],
    ['jpeg-exif-short-length-25.jpg', insert(plain, 2, shortExif)],
    ['jpeg-prog-gap17-between-scans.jpg', insert(progressive, secondScan, Buffer.alloc(17, 0x11))],
    ['jpeg-fillbytes.jpg', insert(plain, tables, Buffer.alloc(30, 0xff))],
    ['jpeg-trailing-zeros-64k.jpg', behind(Buffer.alloc(65_536))],
    ['jpeg-trailing-random-1m.jpg', behind(noise(1 << 20))],
    [
      'jpeg-trailing-samsung.jpg',
      behind(Buffer.from('\0\0\x01\x0a\x0e\0\0\0Image_UTC_Data1700000000000SEFHk\0\0\0', 'latin1')),
    ],
    [
      'jpeg-trailing-mp4.jpg',
      behind(Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42\0\0\0\0isommp42', 'latin1'), Buffer.alloc(5_000)])),
    ],
    ['jpeg-trailing-second-jpeg.jpg', behind(small)],
    ['jpeg-trailing-text.jpg', behind(Buffer.from('\r\nEND OF FILE\r\n'))],
    ['mpo.jpg', several],
    ['mpo.mpo', Buffer.concat([several, Buffer.alloc(3)])],
    ['jpeg-exif1.jpg', withExif(plain, orientationBlock(1))],
    ['jpeg-thumb.jpg', withExif(plain, exifBlock({ fields: {}, thumbnail: small, bigEndian: true }))],
    ...[1, 2, 3, 4, 5, 6, 7, 8].map((turn): [string, Buffer] => [
      `orient/o${turn}.jpg`,
      withExif(plain, orientationBlock(turn, true)),
    ]),
    ['cmyk-adobe.jpg', jpegOf(cmyk)],
    ['gray.jpg', jpegOf(image.extractBand(0))],
    ['1x1.jpg', jpegOf(testImage(vips, 1, 1))],
    ['1x65500.jpg', jpegOf(testImage(vips, 1, 65_500).extractBand(0))],
    ['jpg-as.png', Buffer.concat([plain, Buffer.from([1])])],
    ['noext', Buffer.concat([plain, Buffer.from([2])])],
    ['jpeg.JPEG', jpegOf(testImage(vips, oddWidth + 1, oddHeight))],
    ['half.jpg', half],
    ['leading-newline.jpg', Buffer.concat([Buffer.from('\n'), plain])],
    ['leading-bom.jpg', Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain])],
    ['jpeg-dnl-height0.jpg', withLines],
    ['jpeg-entropy-damaged.jpg', damaged],
    ['jpeg-half-then-eoi.jpg', Buffer.concat([half, end])],
    ['restart.jpg', jpegOf(image, { restart_interval: 4 })],
  ];
}

function oddPngs(vips: VipsModule): [string, Buffer][] {
  const image = testImage(vips, oddWidth, oddHeight);
  const plain = pngOf(image);
  const wide = (picture: Image): Image => picture.cast('ushort').multiply(257).cast('ushort');
  const transparent = image.bandjoin(image.extractBand(0)).copy({ interpretation: 'srgb' });
  /** Behind the header chunk. */
  const withChunk = (chunk: Buffer): Buffer => insert(plain, 33, chunk);
  const wrong = (name: string, data: Buffer): [string, Buffer] => {
    const chunk = pngChunk(name, data);
    chunk.writeUInt32BE((chunk.readUInt32BE(chunk.length - 4) ^ 0x5a5a) >>> 0, chunk.length - 4);
    return [`png-badcrc-${name}.png`, withChunk(chunk)];
  };
  const head = plain.subarray(0, 33);
  const endless = plain.subarray(0, -12);
  return [
    ['1x1.png', pngOf(testImage(vips, 1, 1))],
    ['65500x1.png', pngOf(testImage(vips, 65_500, 1).extractBand(0))],
    ['png16gray.png', pngOf(wide(image.extractBand(0)))],
    ['png16rgb.png', pngOf(wide(image).copy({ interpretation: 'rgb16' }))],
    ['png-1bit.png', pngOf(image.extractBand(0).more(80), { bitdepth: 1 })],
    ['png-pal.png', pngOf(image, { palette: true })],
    ['png-pal-trns.png', pngOf(transparent, { palette: true })],
    ['png-la.png', pngOf(image.extractBand(0).bandjoin(image.extractBand(1)).copy({ interpretation: 'b-w' }))],
    ['png-rgba.png', pngOf(transparent)],
    ['apng.png', animated(plain)],
    wrong('tEXt', Buffer.from('Comment\0x')),
    wrong('gAMA', u32(45_455)),
    wrong('pHYs', Buffer.concat([u32(2_835), u32(2_835), Buffer.from([1])])),
    wrong('tIME', Buffer.from([7, 0xe8, 1, 2, 3, 4, 5])),
    wrong('iCCP', Buffer.concat([Buffer.from('x\0\0'), deflateSync(Buffer.from('zz'))])),
    ['png-badcrc-IEND.png', Buffer.concat([plain.subarray(0, -4), Buffer.alloc(4)])],
    ['png-no-iend.png', endless],
    ['png-iend-cut4.png', plain.subarray(0, -4)],
    [
      'png-text-2mb.png',
      withChunk(pngChunk('tEXt', Buffer.concat([Buffer.from('Comment\0'), Buffer.alloc(2_000_000, 'x')]))),
    ],
    [
      'png-ztxt-bomb.png',
      withChunk(
        pngChunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(30_000_000, 'x'))])),
      ),
    ],
    ['png-unknown-private.png', withChunk(pngChunk('prVt', Buffer.from('abc')))],
    [
      'png-sRGB-iccp-known-bad.png',
      withChunk(pngChunk('iCCP', Buffer.concat([Buffer.from('ICC Profile\0\0'), deflateSync(Buffer.alloc(200))]))),
    ],
    [
      'png-idat-short.png',
      Buffer.concat([head, pngChunk('IDAT', deflateSync(Buffer.alloc(500))), pngChunk('IEND', Buffer.alloc(0))]),
    ],
    ['png-two-plte.png', Buffer.concat([plain, Buffer.from([3])])],
    ['png-zero-idat-between.png', insert(plain, plain.indexOf('IDAT') - 4, pngChunk('IDAT', Buffer.alloc(0)))],
    ['png-trailing.png', Buffer.concat([plain, Buffer.alloc(4_096), Buffer.from('junk')])],
    ['png-as.jpg', Buffer.concat([plain, Buffer.from([4])])],
    ['ascii-mode.png', Buffer.from(plain.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')],
  ];
}

/** Two frames, the second one as the first (APNG: acTL, fcTL, fdAT). */
function animated(png: Buffer): Buffer {
  const control = (number: number): Buffer =>
    pngChunk(
      'fcTL',
      Buffer.concat([u32(number), u32(oddWidth), u32(oddHeight), u32(0), u32(0), Buffer.from([0, 1, 0, 10, 0, 0])]),
    );
  const data = deflateSync(Buffer.alloc((1 + 3 * oddWidth) * oddHeight));
  const first = insert(png, 33, pngChunk('acTL', Buffer.concat([u32(2), u32(0)])), control(0));
  return insert(first, first.length - 12, control(1), pngChunk('fdAT', Buffer.concat([u32(2), data])));
}

function otherFiles(vips: VipsModule): [string, Buffer][] {
  const image = testImage(vips, oddWidth, oddHeight);
  return [
    ['bmp.jpg', makeBmp(oddWidth, oddHeight, new Uint8Array(image.writeToMemory()))],
    ['gif.png', Buffer.from(image.gifsaveBuffer())],
    ['webp.jpg', Buffer.from(image.webpsaveBuffer())],
    ['tiff.jpg', Buffer.from(image.tiffsaveBuffer())],
    ['html.jpg', Buffer.from('<html><body>404</body></html>')],
    ['empty.jpg', Buffer.alloc(0)],
    ['zeros.jpg', Buffer.alloc(70_000)],
  ];
}
