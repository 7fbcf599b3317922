import { expect, test } from 'vitest';
import { pictureOf } from '../../../../../electron/gateway/source/gige/gige-picture.ts';
import type { Leader } from '../../../../../electron/gateway/source/gige/gvsp/gvsp-leader.ts';

const settings = { width: 4, height: 2, pixelFormat: 0x01080001, bigEndian: false };
const leader: Leader = {
  payloadType: 1,
  chunks: false,
  timestamp: 1n,
  pixelFormat: 0x01080001,
  width: 4,
  height: 2,
  offsetX: 0,
  offsetY: 0,
  paddingX: 0,
  paddingY: 0,
  leastBytes: 8,
  mostBytes: 8,
  part: null,
};

const frame = (bytes: readonly number[], changes: Partial<Leader> = {}, room = bytes.length + 5) => {
  const data = new ArrayBuffer(room);
  new Uint8Array(data).set(bytes);
  const times = { arrivedAt: 0, latencyMilliseconds: 0 };
  const base = { block: 1, data, bytes: bytes.length, surplusBytes: 0, ...times, release: () => undefined };
  return { ...base, leader: { ...leader, ...changes } };
};

const tail = (id: number, length: number): number[] => [0, 0, 0, id, 0, 0, 0, length];
const pixels = [1, 2, 3, 4, 5, 6, 7, 8];

test('a picture is as long as its leader says, not as the buffer', () => {
  const parts = pictureOf(frame([...pixels, 9, 9]), settings);
  expect(parts?.picture).toEqual({
    kind: 'raw',
    pixelFormat: 0x01080001,
    width: 4,
    height: 2,
    linePadding: 0,
    bigEndian: false,
    data: Uint8Array.from(pixels),
  });
  expect(parts?.chunks.size).toBe(0);
});

test('chunks behind a picture are not part of it', () => {
  const bytes = [...pixels, ...tail(1, 8), 0xaa, 0xbb, 0xcc, 0xdd, ...tail(2, 4)];
  const parts = pictureOf(frame(bytes, { chunks: true, mostBytes: null }), settings);
  expect([...(parts?.chunks.get(2) ?? [])]).toEqual([0xaa, 0xbb, 0xcc, 0xdd]);
  expect([...(parts?.picture.data.subarray(0, 8) ?? [])]).toEqual(pixels);
  expect(parts?.picture.data.length).toBeLessThanOrEqual(16);
});

test('of a frame that is nothing but chunks, the longest is the picture, if it is large enough', () => {
  const bytes = [...pixels, ...tail(1, 8), 0xaa, 0xbb, 0xcc, 0xdd, ...tail(2, 4)];
  const chunked = { payloadType: 4, chunks: true, width: 0, height: 0, pixelFormat: 0, leastBytes: 0, mostBytes: null };
  expect([...(pictureOf(frame(bytes, chunked), settings)?.picture.data ?? [])]).toEqual(pixels);
  expect(pictureOf(frame(bytes, chunked), { ...settings, height: 3 })).toBeNull();
  expect(pictureOf(frame(bytes, chunked), { ...settings, width: 0 })).toBeNull();
});

test('a JPEG of the camera is passed on up to its end marker', () => {
  const jpeg = [0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9];
  const parts = pictureOf(frame([...jpeg, 0, 0], { payloadType: 6, width: 0, height: 0, pixelFormat: 0 }), settings);
  expect(parts?.picture).toMatchObject({ kind: 'encoded', format: 'jpeg', width: 4, height: 2 });
  expect([...(parts?.picture.data ?? [])]).toEqual(jpeg);
  expect(pictureOf(frame([1, 2, 3], { payloadType: 6, pixelFormat: 0 }), settings)).toBeNull();
});

test('what can be no picture is none', () => {
  expect(pictureOf(frame(pixels, { width: 0 }), settings)).toBeNull();
  expect(pictureOf(frame(pixels, { payloadType: 2, pixelFormat: 0, width: 0, height: 0 }), settings)).toBeNull();
  expect(pictureOf(frame([], { payloadType: 4, pixelFormat: 0, chunks: true }), settings)).toBeNull();
});
