import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { OperatorError } from '../../../../../../electron/gateway/platform/errors.ts';
import { parseDescription } from '../../../../../../electron/gateway/source/genicam/description/description.ts';
import {
  descriptionDownload,
  descriptionFolder,
  fetchXml,
  fileNameIn,
  parseXmlLocation,
  unzipDescription,
} from '../../../../../../electron/gateway/source/genicam/description/xml-location.ts';
import { failureOf } from '../../../../../support/spoken.ts';
import { temporaryFolder } from '../../../../../support/store.ts';

const xml = strToU8(`<RegisterDescription><Integer Name="A"/></RegisterDescription>${' '.repeat(10_000)}`);

/** So many bytes, from the first to the last sign. */
const sized = (bytes: number): Buffer =>
  Buffer.from(
    new TextDecoder()
      .decode(xml)
      .trim()
      .replace('<Integer', (tag) => `${' '.repeat(bytes - trimmed)}${tag}`),
  );
const trimmed = new TextDecoder().decode(xml).trim().length;

function memory(file: Uint8Array, at = 0x8000) {
  const reads: number[] = [];
  return {
    reads,
    readMemory: async (address: number, length: number): Promise<Buffer> => {
      reads.push(length);
      const bytes = Buffer.alloc(length);
      Buffer.from(file).copy(bytes, 0, address - at, address - at + length);
      return bytes;
    },
    writeMemory: async (): Promise<void> => undefined,
  };
}

describe('where a camera says its description is', () => {
  test.each<[string, object]>([
    ['Local:arv-fake.xml;10000;3e68', { kind: 'local', address: 0x10000, length: 0x3e68 }],
    ['local:a.zip;0x8000;0X4A', { kind: 'local', address: 0x8000, length: 0x4a }],
    ['LOCAL:///Cam (1).zip;8000;10?SchemaVersion=1.1.0', { kind: 'local', address: 0x8000, length: 16 }],
    ...[...'&,\'[]#@%=~!"<>|*`{}$^+', '', ';', '?x', '\\/', '..', '\u00e4\ufffd'].map((odd): [string, object] => [
      `Local:A${odd}B.xml;10000;200`,
      { kind: 'local', address: 0x10000, length: 0x200 },
    ]),
    ['Local:;8000;10', { kind: 'local', address: 0x8000, length: 16 }],
    ['Local:8000;10', { kind: 'local', address: 0x8000, length: 16 }],
    ['Local:a.xml;8000;10;', { kind: 'local', address: 0x8000, length: 16 }],
    ['Local:a.xml;8000;ffffffff', { kind: 'local', address: 0x8000, length: 16 * 1024 * 1024 }],
    ['File:A&B, [1]#2.xml', { kind: 'file', name: 'A&B, [1]#2.xml' }],
    ['Local:a.xml; 8000 ; 10\0\0garbage', { kind: 'local', address: 0x8000, length: 16 }],
    ['File:///C|\\program files\\maker\\cam.xml', { kind: 'file', name: 'cam.xml' }],
    ['file:cam.xml?SchemaVersion=1.0', { kind: 'file', name: 'cam.xml' }],
    ['file:../../../etc/passwd', { kind: 'file', name: 'passwd' }],
    ['HTTP://example.com/cam.zip', { kind: 'http', url: 'http://example.com/cam.zip' }],
  ])('%s', (text, location) => {
    expect(parseXmlLocation(text)).toEqual(location);
  });

  test.each([
    '',
    'Local:',
    'Local:a.xml',
    'Local:a.xml;8000',
    'Local:a.xml;8000;0',
    'Local:a.xml;xyz;10',
    'Local:a.xml;8000;-10',
    'Local:a.xml;80000000000000000;10',
    'file:',
    'file:..',
    'file:/',
    'file:a\nb.xml',
    'ftp://example.com/a.xml',
    'http:',
    'http://user:word@example.com/a.xml',
    'javascript:alert(1)',
    `file:${'x'.repeat(600)}`,
  ])('%j is refused', (text) => {
    expect(() => parseXmlLocation(text)).toThrow(expect.objectContaining({ code: 'camera-description-place' }));
  });
});

/** What support reads of a description that can’t be read. */
const unreadable = (technical: RegExp): object =>
  expect.objectContaining({ code: 'camera-description', technical: expect.stringMatching(technical) });

describe('the description in the camera', () => {
  it('is read in pieces, and unzipped whatever its name is', async () => {
    const large = sized(200_000);
    const port = memory(large);
    const location = { kind: 'local', address: 0x8000, length: large.length } as const;
    expect(Buffer.compare(await fetchXml(location, { port }), large)).toBe(0);
    expect(port.reads).toEqual([65_536, 65_536, 65_536, 200_000 - 3 * 65_536]);
    for (const level of [0, 9] as const) {
      const zip = zipSync({ 'read me.txt': strToU8('no'), 'folder/A.XML': xml, 'b.xml': strToU8('no') }, { level });
      const zipped = { ...location, length: zip.length + 100 };
      expect(Buffer.compare(await fetchXml(zipped, { port: memory(zip) }), xml)).toBe(0);
    }
  });

  it('is read no further than to its end, whatever length the camera names', async () => {
    // Its last sign is in the third piece.
    const port = memory(sized(2 * 65_536 + 1));
    const location = { kind: 'local', address: 0x8000, length: 16 * 1024 * 1024 } as const;
    expect(parseDescription(await fetchXml(location, { port })).nodes.has('A')).toBe(true);
    expect(port.reads).toEqual([65_536, 65_536, 65_536]);
  });

  it('is whole where the camera refuses to read what lies behind it', async () => {
    for (const file of [xml, zipSync({ 'a.xml': xml })]) {
      const padded = Buffer.alloc(Math.ceil(file.length / 512) * 512, 0xff);
      padded.set(file);
      const readable = memory(padded);
      const port = {
        ...readable,
        readMemory: async (address: number, length: number): Promise<Buffer> => {
          if (address + length > 0x8000 + padded.length) throw Object.assign(new Error('no'), { status: 0x8003 });
          return readable.readMemory(address, length);
        },
      };
      const location = { kind: 'local', address: 0x8000, length: 0x20000 } as const;
      expect(parseDescription(await fetchXml(location, { port })).nodes.has('A')).toBe(true);
      await expect(fetchXml({ ...location, address: 0x100000 }, { port })).rejects.toBeInstanceOf(OperatorError);
    }
  });

  it('may be followed by anything, zipped or not', async () => {
    for (const tail of [Buffer.alloc(700, 0xff), Buffer.from([0x1a]), Buffer.from('<an old="text>'), xml]) {
      for (const file of [xml, zipSync({ 'a.xml': xml })]) {
        const whole = Buffer.concat([file, tail]);
        const location = { kind: 'local', address: 0x8000, length: whole.length } as const;
        const read = parseDescription(await fetchXml(location, { port: memory(whole) }));
        expect([...read.nodes.keys()]).toEqual(['A']);
      }
    }
  });

  it('ends the reading where the camera ends it', async () => {
    const port = { ...memory(xml), readMemory: async () => Promise.reject(new Error('gone')) };
    const location = { kind: 'local', address: 0, length: 16 * 1024 * 1024 } as const;
    await expect(fetchXml(location, { port })).rejects.toThrow('gone');
  });

  it('is refused where its zip is broken or empty', async () => {
    const good = zipSync({ 'a.xml': xml });
    for (const file of [good.subarray(0, 100), good.subarray(0, 40), zipSync({ 'a.txt': xml })]) {
      const location = { kind: 'local', address: 0x8000, length: file.length } as const;
      await expect(fetchXml(location, { port: memory(file) })).rejects.toBeInstanceOf(OperatorError);
    }
  });

  it('that grows beyond its bounds is given up on the way, whatever size it claims to be', () => {
    const bomb = zipSync({ 'a.xml': new Uint8Array(8_000_000) });
    const view = new DataView(bomb.buffer, bomb.byteOffset);
    const directory = Buffer.from(bomb).lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));
    for (const claimed of [8_000_000, 100]) {
      view.setUint32(22, claimed, true);
      view.setUint32(directory + 24, claimed, true);
      expect(() => unzipDescription(bomb, 1_000_000)).toThrow(unreadable(/^too large$/));
    }
    view.setUint32(22, 100, true);
    expect(() => unzipDescription(bomb, 10_000_000)).toThrow(unreadable(/broken/));
  });
});

describe('a description elsewhere', () => {
  test.each([
    ['http://10.0.0.5/My%20Camera.xml', 'My Camera.xml'],
    ['http://10.0.0.5/d/Gr%C3%B6%C3%9Fe.zip?x=1', 'Größe.zip'],
    ['http://10.0.0.5/100%.xml', '100%.xml'],
    ['http://10.0.0.5/a%2F..', 'a%2F..'],
  ])('of %s is called in its folder as a browser saves it: %s', (url, name) => {
    expect(fileNameIn(url)).toBe(name);
  });

  const port = memory(xml);

  it('is a plain file of the one folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'cam.xml'), xml);
    await mkdir(join(folder, 'inner'));
    await writeFile(join(folder, 'inner', 'cam2.xml'), xml);
    await symlink('/etc/passwd', join(folder, 'link.xml'));
    const readFile = descriptionFolder(folder);
    expect(Buffer.compare(await fetchXml({ kind: 'file', name: 'cam.xml' }, { port, readFile }), xml)).toBe(0);
    for (const name of ['other.xml', 'link.xml', 'inner', 'inner/cam2.xml', '../cam.xml', '..', '']) {
      await expect(fetchXml({ kind: 'file', name }, { port, readFile })).rejects.toMatchObject({
        code: 'camera-description-file',
      });
    }
    expect(await failureOf(fetchXml({ kind: 'file', name: 'cam.xml' }, { port }))).toMatchObject({
      text: 'The camera does not carry its description; it names the file “cam.xml”, which is not on this PC.',
      hint: expect.stringContaining('cameras/descriptions'),
    });
  });

  it('is downloaded within bounds of size and time, from that place only', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/cam.xml') return void response.end(xml);
      if (request.url === '/away') return void response.writeHead(302, { location: '/cam.xml' }).end();
      if (request.url === '/slow') return void response.write('<');
      if (request.url === '/large') {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(1_000_000))) {}
          response.once('drain', more);
        };
        return more();
      }
      return void response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    onTestFinished(() => server.closeAllConnections());
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const base = `http://${host}`;
    const download = descriptionDownload({ allowedHosts: [host], timeoutMilliseconds: 2_000 });
    const from = (path: string) => fetchXml({ kind: 'http', url: `${base}${path}` }, { port, download });
    expect(Buffer.compare(await from('/cam.xml'), xml)).toBe(0);
    for (const path of ['/away', '/large', '/missing', '/slow']) {
      await expect(from(path)).rejects.toMatchObject({ code: 'camera-description-download' });
    }
    await expect(fetchXml({ kind: 'http', url: base }, { port })).rejects.toMatchObject(
      unreadable(/downloads are off/),
    );
    expect(await failureOf(from('/missing'))).toMatchObject({
      text: `The camera says that its description is at “${base}/missing”, and it could not be fetched from there.`,
      hint: `Check that this PC reaches ${host}, or get the file “missing” from the maker of the camera and put it into the folder cameras/descriptions of the data folder.`,
      technical: expect.stringContaining('HTTP 404'),
    });
  });

  it.each([
    [[], 'http://maker.example/cam.xml', false],
    [['maker.example'], 'http://maker.example/cam.xml', true],
    [['Maker.example:80'], 'http://maker.example/cam.xml', true],
    [['maker.example'], 'https://maker.example/cam.xml', true],
    [['maker.example'], 'http://maker.example:8080/cam.xml', false],
    [['maker.example:8080'], 'http://maker.example:8080/cam.xml', true],
    [['maker.example'], 'http://cams.maker.example/cam.xml', false],
    [['maker.example'], 'http://maker.example.evil.example/cam.xml', false],
    [['10.0.0.9'], 'http://0x0a000009/cam.xml', true],
    [['10.0.0.9'], 'http://127.1/cam.xml', false],
    [['[::1]:8080'], 'http://[::1]:8080/cam.xml', true],
  ])('is asked for with %j allowed at %s: %s', async (allowedHosts, url, isAllowed) => {
    const asked: unknown[] = [];
    const request: typeof fetch = async (place) => {
      asked.push(place);
      return new Response(xml);
    };
    const download = descriptionDownload({ allowedHosts, timeoutMilliseconds: 2_000, fetch: request });
    const outcome = await download(url).then(
      () => 'fetched',
      (error: unknown) => (error instanceof OperatorError ? error.code : error),
    );
    expect(outcome).toBe(isAllowed ? 'fetched' : 'camera-description-not-allowed');
    expect(asked).toEqual(isAllowed ? [url] : []);
  });
});
