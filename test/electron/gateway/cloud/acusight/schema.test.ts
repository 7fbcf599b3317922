import { describe, expect, test } from 'vitest';
import { metadataOf, parseAnswer } from '../../../../../electron/gateway/cloud/acusight/schema.ts';
import { legacy, message } from '../../../../../shared/messages/message.ts';

const plain = {
  imageId: 'i',
  sourceId: 'aoi',
  filename: 'a.png',
  width: 200,
  height: 300,
  sha256: 'ab',
  capturedAt: 0,
  content: { annotations: [], model: {} },
};

test('the metadata names the file that came where another is sent, and what is worth knowing, and nothing else', () => {
  const keys = Object.keys(metadataOf(plain, 'line-7'));
  const original = { filename: 'a.bmp', format: 'bmp', bytes: 180_054, sha256: 'cd' } as const;
  const several = message('first-picture-taken', { context: 'tiff', pictures: 3 });
  const told = metadataOf({ ...plain, original, notes: [legacy('One thing.'), several] }, 'line-7');
  expect(told).toMatchObject({
    sha256: 'ab',
    original_filename: 'a.bmp',
    original_format: 'bmp',
    original_bytes: 180_054,
    original_sha256: 'cd',
    notes: ['One thing.', 'The TIFF holds 3 pictures; the first is taken.'],
  });
  expect(Object.keys(told).filter((key) => !keys.includes(key))).toEqual([
    'original_filename',
    'original_format',
    'original_bytes',
    'original_sha256',
    'notes',
  ]);
});

const parse = (value: unknown) => parseAnswer(JSON.stringify(value));

describe('an answer of the API', () => {
  test.each([
    ['bare', { image_id: 'img-1', batch_id: 'b-2' }, 'img-1', 'b-2'],
    ['enveloped', { success: true, data: { image_id: 'img-1', batch_id: 'b-2' }, meta: {} }, 'img-1', 'b-2'],
    ['with integer identifiers', { success: true, data: { image_id: 17, batch_id: 3 } }, '17', '3'],
    ['with `id` only', { data: { id: 9 } }, '9', null],
    ['an empty object', {}, null, null],
    ['an enveloped null', { success: true, data: null }, null, null],
    ['an enveloped list', { success: true, data: [1, 2] }, null, null],
    ['an enveloped text', { success: true, data: 'ok' }, null, null],
    ['identifiers of a wrong type', { image_id: { a: 1 }, batch_id: [2] }, null, null],
    ['an empty error', { success: true, data: { image_id: 1 }, error: null }, '1', null],
    ['a friendly message', { message: 'Image uploaded successfully', image_id: 4 }, '4', null],
  ])('%s is no failure', (_form, value, serverImageId, serverBatchId) => {
    const claim = 'success' in value ? 'success' : 'neither';
    expect(parse(value)).toMatchObject({ claim, serverImageId, serverBatchId });
  });

  test.each([
    [
      'the envelope',
      { success: false, error: { code: 'CONFLICT', message: 'There', details: 'x' } },
      'CONFLICT',
      'There (x)',
    ],
    ['the flat map of notify', { error: 'Invalid request', details: 'why' }, '', 'Invalid request'],
    [
      'an error without the success flag',
      { error: { code: 'VALIDATION_ERROR', message: 'No' } },
      'VALIDATION_ERROR',
      'No',
    ],
    ['details that are an object', { success: false, error: { message: 'No', details: { f: 1 } } }, '', 'No ({"f":1})'],
    ['no words at all', { success: false, error: {} }, '', ''],
  ])('%s is an error, with its words', (_form, value, code, message) => {
    expect(parse(value)).toMatchObject({ claim: 'failure', error: { code, message } });
  });

  test('a failure without a reason is a failure', () => {
    expect(parse({ success: false })).toMatchObject({ claim: 'failure', error: null });
  });

  test.each([
    '',
    ' ',
    '<html></html>',
    '{"success": true, "data": {"image_id"',
    'null',
    '[]',
    '[{}]',
    '"ok"',
    '1',
    'true',
  ])('%j can’t be the API’s', (body) => {
    expect(parseAnswer(body)).toBeNull();
  });
});

test('the metadata is the notify form with the image’s identity, and leaves out what is not known', () => {
  const image = {
    imageId: 'id-1',
    sourceId: 'aoi',
    filename: 'a.jpg',
    width: 640,
    height: 480,
    sha256: 'ab',
    capturedAt: Date.UTC(2025, 0, 2, 3, 4, 5, 678),
    content: {
      annotations: [{ classValue: 'scratch', xCenter: 0.5, yCenter: 0.25, width: 0.1, height: 0.2 }],
      model: {},
    },
  };
  expect(metadataOf(image, 'line-7')).toEqual({
    device_id: 'line-7',
    filename: 'a.jpg',
    width: 640,
    height: 480,
    annotations: [{ class_value: 'scratch', x_center: 0.5, y_center: 0.25, width: 0.1, height: 0.2 }],
    source: 'aoi',
    timestamp: '2025-01-02T03:04:05.678Z',
    sha256: 'ab',
    client_image_id: 'id-1',
  });
});
