import { describe, expect, it } from 'vitest';
import { FrameResends } from '../../../../../../electron/gateway/source/gige/gvsp/resend-policy.ts';

/** A frame of `total` packets that come when the test says so. */
function frame(total: number | null, likely = total ?? 0) {
  const came = new Set<number>();
  const resends = new FrameResends();
  const progress = {
    has: (packet: number) => came.has(packet),
    total: () => total,
    likely: () => likely,
    progressAt: 0,
    isPassed: true,
  };
  return {
    resends,
    arrive: (now: number, ...packets: readonly number[]) => {
      progress.progressAt = now;
      return packets.map((packet) => {
        came.add(packet);
        return resends.arrived(packet, now);
      });
    },
    progress,
    due: (now: number) => resends.due(progress, now).map(({ first, last }) => [first, last]),
  };
}

const upTo = (last: number): number[] => Array.from({ length: last + 1 }, (_, packet) => packet);

describe('FrameResends', () => {
  it('asks for a gap once, a moment after it is seen, and again after 20 ms', () => {
    const { arrive, due, resends } = frame(100);
    arrive(0, ...upTo(9), 13);
    expect(due(0.5)).toEqual([]);
    expect(resends.isDue(1)).toBe(true);
    expect(due(1)).toEqual([[10, 12]]);
    for (const now of [2, 5, 10, 15]) {
      arrive(now, 14 + now);
      expect(due(now).flat()).not.toContain(10);
    }
    arrive(20, 40);
    expect(due(21)).toContainEqual([10, 12]);
  });

  it('asks not for packets that only were overtaken', () => {
    const { arrive, due } = frame(100);
    arrive(0, ...upTo(9), 12);
    arrive(0.5, 10, 11);
    expect(due(5)).toEqual([]);
  });

  it('asks again only for what is still missing, and knows what came because it was asked for', () => {
    const { arrive, due } = frame(100);
    arrive(0, ...upTo(9), 14);
    expect(due(1)).toEqual([[10, 13]]);
    expect(arrive(2, 11, 15)).toEqual([true, false]);
    expect(due(21)).toEqual([
      [10, 10],
      [12, 13],
    ]);
  });

  it('asks for the tail of the latest frame only after 60 ms: the camera may have paused', () => {
    const { arrive, due, progress } = frame(100);
    progress.isPassed = false;
    arrive(0, ...upTo(89), 91);
    expect(due(1)).toEqual([[90, 90]]);
    arrive(2, 90);
    expect(due(59)).toEqual([]);
    expect(due(62)).toEqual([[92, 99]]);
  });

  it('asks for the tail, trailer included, only after 20 ms of silence', () => {
    const { arrive, due } = frame(100);
    arrive(0, ...upTo(94));
    expect(due(19)).toEqual([]);
    arrive(19, 95);
    expect(due(38)).toEqual([]);
    expect(due(39)).toEqual([[96, 99]]);
    expect(due(50)).toEqual([]);
    expect(due(59)).toEqual([[96, 99]]);
  });

  it('asks for one packet at a time where nobody knows where the frame ends', () => {
    const { arrive, due } = frame(null, 50);
    arrive(0, ...upTo(30));
    expect(due(20)).toEqual([[31, 31]]);
    arrive(22, 31);
    expect(due(42)).toEqual([[32, 32]]);
  });

  it('merges neighbouring gaps', () => {
    const { arrive, due } = frame(100);
    arrive(0, 0, 3, 4, 6);
    expect(due(1)).toEqual([
      [1, 2],
      [5, 5],
    ]);
    const other = frame(100);
    other.arrive(0, 0, 3);
    other.arrive(0.2, 5);
    other.arrive(0.3, 9);
    expect(other.due(3)).toEqual([
      [1, 2],
      [4, 4],
      [6, 8],
    ]);
  });

  it('asks for no more than a quarter of a frame, and for nothing more of such a frame', () => {
    const quarter = frame(100);
    quarter.arrive(0, 0, 26);
    expect(quarter.due(1)).toEqual([[1, 25]]);
    const more = frame(100);
    more.arrive(0, 0, 27);
    expect(more.due(1)).toEqual([]);
    expect(more.due(200)).toEqual([]);
    more.arrive(200, 30);
    expect(more.due(300)).toEqual([]);
  });

  it('waits with a large gap at the beginning of a frame whose length is not known yet', () => {
    const facts = { total: null as number | null };
    const resends = new FrameResends();
    const progress = {
      has: (p: number) => p === 5,
      total: () => facts.total,
      likely: () => 0,
      progressAt: 0,
      isPassed: true,
    };
    resends.arrived(5, 0);
    expect(resends.due(progress, 1)).toEqual([]);
    facts.total = 100;
    expect(resends.due({ ...progress, progressAt: 21 }, 21)).toEqual([{ first: 0, last: 4 }]);
  });

  it('is silent after the camera has said that it is in vain', () => {
    const { arrive, due, resends } = frame(100);
    arrive(0, ...upTo(9), 13);
    resends.stop();
    expect(due(1)).toEqual([]);
    expect(due(500)).toEqual([]);
  });

  it('is not kept busy by a packet number that cannot be', () => {
    const { arrive, due } = frame(null, 10);
    arrive(0, 0, 0xffff_fff0);
    expect(due(1)).toEqual([]);
    expect(due(500)).toEqual([]);
  });
});
