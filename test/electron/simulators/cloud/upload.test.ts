import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { FormData, request } from 'undici';
import { describe, expect, test } from 'vitest';
import { form, jpeg, png, sha256, startCloud } from './support.ts';

const picture = jpeg(64, 48);
const PATH = '/device/images/upload';

describe('a good upload', () => {
  test('is stored byte for byte and answered with its image and batch', async () => {
    const { simulator, upload } = await startCloud();
    const reply = await upload(picture, { filename: 'a.jpg', source: 'aoi', timestamp: '2025-03-04T05:06:07Z' });
    expect(reply.status).toBe(201);
    expect(reply.body).toEqual({ success: true, data: { image_id: 'img-1', batch_id: 'batch-1' } });
    const [stored] = await simulator.images();
    expect(stored).toMatchObject({
      filename: 'a.jpg',
      bytes: picture.length,
      sha256: sha256(picture),
      width: 64,
      height: 48,
    });
    const path = await simulator.payloadPath(1);
    expect(await readFile(path ?? '')).toEqual(picture);
  });

  test('needs no metadata, and takes the filename of the form then', async () => {
    const { simulator, upload } = await startCloud();
    expect((await upload(png(5, 7))).status).toBe(201);
    expect((await simulator.images())[0]).toMatchObject({ filename: 'part.jpg', format: 'png', width: 5, height: 7 });
  });

  test('may come from a usual client, with a name in any language', async () => {
    const { simulator, address, agent } = await startCloud();
    const body = new FormData();
    body.append('image', new Blob([new Uint8Array(picture)], { type: 'image/jpeg' }), '基板-été.jpg');
    body.append('metadata', JSON.stringify({ source: 'x' }));
    const headers = { 'x-device-key': address.deviceKey };
    const answer = await request(`${address.baseUrl}${PATH}`, { dispatcher: agent, method: 'POST', body, headers });
    await answer.body.dump();
    expect(answer.statusCode).toBe(201);
    expect((await simulator.images())[0]?.filename).toBe('基板-été.jpg');
  });

  test('larger than what is held in memory arrives whole', async () => {
    const { simulator, upload } = await startCloud();
    const large = jpeg(4000, 3000, 5_300_001);
    expect((await upload(large)).status).toBe(201);
    expect(sha256(await readFile((await simulator.payloadPath(1)) ?? ''))).toBe(sha256(large));
  });

  test('counts its annotations, and free metadata passes', async () => {
    const { simulator, upload } = await startCloud();
    const annotations = [{ class_value: 'scratch', type: 'bbox', geometry: [1, 2, 3, 4] }, { class_value: 'dent' }];
    expect((await upload(picture, { model_id: 'm', annotations, anything: [1] })).status).toBe(201);
    expect(simulator.stats()).toMatchObject({ images: 1, annotations: 2, bytes: picture.length });
  });

  test('keeps no bytes in hash-only mode, and nothing at all in discard mode', async () => {
    const hashing = await startCloud({ store: 'hash-only' });
    await hashing.upload(picture);
    expect((await hashing.simulator.images())[0]).toMatchObject({ sha256: sha256(picture), payload: null });
    const discarding = await startCloud({ store: 'discard' });
    expect((await discarding.upload(picture)).data.image_id).toBe('img-1');
    expect((await discarding.upload(picture)).data.image_id).toBe('img-2');
    expect(discarding.simulator.stats()).toMatchObject({ images: 2, bytes: 2 * picture.length });
    expect(await discarding.simulator.images()).toEqual([]);
  });

  test.each([
    ['string', { success: true, data: { image_id: 'img-1', batch_id: 'batch-1' } }],
    ['integer', { success: true, data: { image_id: 1, batch_id: 1 } }],
    ['bare', { image_id: 'img-1', batch_id: 'batch-1' }],
    ['empty', {}],
  ] as const)('is answered in the form "%s"', async (answers, body) => {
    const { upload } = await startCloud({ answers });
    expect((await upload(picture)).body).toEqual(body);
  });
});

test('the size may be said of the picture as its EXIF data turn it on its side', async () => {
  const { simulator, upload } = await startCloud();
  expect((await upload(picture, { width: 48, height: 64 })).status).toBe(201);
  expect((await simulator.images())[0]).toMatchObject({ width: 48, height: 64 });
});

describe('a bad upload is refused, stored nowhere, and told why', () => {
  const sized = (metadata: object): object => ({ width: 64, height: 48, ...metadata });
  test.each<[string, unknown, string]>([
    ['metadata that is not JSON', '{"a":', 'metadata is not valid JSON'],
    ['metadata that is not an object', '[1]', 'metadata: '],
    ['a confidence above 1', { annotations: [{ confidence: 1.5 }] }, 'annotations[0].confidence'],
    ['a negative centre', { annotations: [{}, { x_center: -0.1 }] }, 'annotations[1].x_center'],
    ['annotations that are no list', { annotations: {} }, 'annotations'],
    ['a width that is no whole number', sized({ width: 64.5 }), 'width'],
    ['a width as text', sized({ width: '64' }), 'width'],
    ['a width that is not the picture’s', sized({ width: 65 }), "width is 65, but the image's is 64"],
    ['a height that is not the picture’s', sized({ height: 47 }), "height is 47, but the image's is 48"],
    ['a hash of other bytes', { sha256: 'ab'.repeat(32) }, 'sha256 is not that of the received image'],
    ['a hash of a wrong length', { sha256: 'ab' }, 'sha256'],
    ['a time without a zone', { timestamp: '2025-03-04T05:06:07' }, 'timestamp'],
    ['a class that is no text', { annotations: [{ class_value: 7 }] }, 'annotations[0].class_value'],
  ])('%s', async (_, metadata, details) => {
    const { simulator, upload } = await startCloud();
    const reply = await upload(picture, metadata);
    expect(reply.status).toBe(400);
    expect(reply.body).toMatchObject({ success: false, error: { code: 'VALIDATION_ERROR' } });
    expect(reply.error.details).toContain(details);
    expect(simulator.stats().images).toBe(0);
  });

  const image = { name: 'image', value: picture, filename: 'a.jpg' };
  test.each([
    ['no image', form([{ name: 'metadata', value: '{}' }]), 'image is required'],
    ['an image without a filename', form([{ name: 'image', value: picture }]), 'image must be a file'],
    ['two images', form([image, image]), 'image is given more than once'],
    ['metadata as a file', form([image, { name: 'metadata', value: '{}', filename: 'm.json' }]), 'without a filename'],
    [
      'metadata twice',
      form([image, { name: 'metadata', value: '{}' }, { name: 'metadata', value: '{}' }]),
      'metadata is given more',
    ],
    ['a form without its end', form([image], false), 'Unexpected end of form'],
    ['a form that is none', { body: Buffer.from('hello'), type: 'multipart/form-data; boundary=x' }, 'Unexpected end'],
    ['no boundary', { body: Buffer.from('hello'), type: 'multipart/form-data' }, 'Content-Type'],
    ['JSON in place of a form', { body: Buffer.from('{}'), type: 'application/json' }, 'Content-Type'],
    ['text named as a picture', form([{ ...image, value: 'this is text' }]), 'neither a JPEG nor a PNG'],
    ['an empty picture', form([{ ...image, value: '' }]), 'neither a JPEG nor a PNG'],
    [
      'a JPEG that ends before its size',
      form([{ ...image, value: picture.subarray(0, 12) }]),
      'neither a JPEG nor a PNG',
    ],
  ])('%s', async (_, { body, type }, details) => {
    const { simulator, api } = await startCloud();
    const reply = await api(PATH, { body, headers: { 'content-type': type } });
    expect(reply.status).toBe(400);
    expect(reply.error.details).toContain(details);
    expect(simulator.stats().images).toBe(0);
  });

  test('an image of exactly the limit passes and one byte more is a 413', async () => {
    const { simulator, upload } = await startCloud({ maxImageBytes: picture.length });
    expect((await upload(picture)).status).toBe(201);
    const reply = await upload(jpeg(64, 48, 2_001));
    expect(reply.status).toBe(413);
    expect(reply.error).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      details: `image is larger than ${picture.length} bytes`,
    });
    expect(simulator.stats().images).toBe(1);
  });

  test('an image over the hosted limit of 50 MB is refused by its announced length', async () => {
    const { upload } = await startCloud();
    expect((await upload(jpeg(64, 48, 53_000_000))).status).toBe(413);
  });

  test('the connection serves the next request after a refusal', async () => {
    const { api, upload } = await startCloud();
    for (let round = 0; round < 3; round += 1) {
      expect((await api(PATH, { body: Buffer.alloc(300_000), key: null })).status).toBe(401);
      expect((await upload(picture)).status).toBe(201);
    }
  });

  test('a client that goes away within the form leaves nothing behind', async () => {
    const { simulator, address, agent } = await startCloud();
    const { body, type } = form([{ name: 'image', value: picture, filename: 'a.jpg' }], false);
    const gone = new AbortController();
    const half = Readable.from(
      (async function* () {
        yield body;
        await expect.poll(() => simulator.stats().inFlight).toBe(1);
        gone.abort();
        await new Promise(() => undefined);
      })(),
    );
    const headers = { 'x-device-key': address.deviceKey, 'content-type': type };
    const options = { dispatcher: agent, method: 'POST', body: half, headers, signal: gone.signal } as const;
    await expect(request(`${address.baseUrl}${PATH}`, options)).rejects.toThrow();
    await expect.poll(() => simulator.stats()).toMatchObject({ aborted: 1, inFlight: 0, images: 0 });
  });
});
