import { describe, expect, it } from 'vitest';
import { readChunks } from '../../../../../electron/gateway/source/gige/gige-picture.ts';

const chunk = (id: number, data: Buffer): Buffer => {
  const tail = Buffer.alloc(8);
  tail.writeUInt32BE(id, 0);
  tail.writeUInt32BE(data.length, 4);
  return Buffer.concat([data, tail]);
};

describe('readChunks', () => {
  it('finds the chunks behind a picture', () => {
    const picture = Buffer.alloc(1_000, 7);
    const frame = Buffer.concat([picture, chunk(0xa5, Buffer.from('exposure')), chunk(0xb6, Buffer.from('time'))]);
    const chunks = readChunks(frame, picture.length);
    expect([...chunks.keys()].sort()).toEqual([0xa5, 0xb6]);
    expect(Buffer.from(chunks.get(0xa5) ?? []).toString()).toBe('exposure');
    expect(Buffer.from(chunks.get(0xb6) ?? []).toString()).toBe('time');
  });

  it('finds a picture that is a chunk itself', () => {
    const frame = Buffer.concat([chunk(1, Buffer.alloc(500, 3)), chunk(2, Buffer.alloc(4))]);
    expect(readChunks(frame, 500).get(1)?.length).toBe(500);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['less than a chunk', Buffer.alloc(7)],
    ['a length beyond the frame', chunk(1, Buffer.alloc(3)).fill(0xff, 7)],
  ])('finds none in %s', (_, frame) => {
    expect(readChunks(frame).size).toBe(0);
  });

  it('ends in a megabyte of empty chunks', () => {
    expect(readChunks(Buffer.alloc(1_000_000)).size).toBe(1);
  });
});
