import { describe, expect, it } from 'vitest';
import { focusMeter, formatFocus } from '../../../../renderer/sources/live/focus-aid.tsx';
import { exposureWords, histogramPath } from '../../../../renderer/sources/live/histogram.tsx';
import { type LiveEvent, type LivePorts, makeLiveLoop } from '../../../../renderer/sources/live/live-loop.ts';
import { LIVE_MILLISECONDS, liveStatus } from '../../../../renderer/sources/live/live-status.ts';
import { type Live, liveUrl, takeLiveEvent, useLive } from '../../../../renderer/sources/live/live-store.ts';
import type { LiveFrame } from '../../../../shared/camera.ts';
import type { Result } from '../../../../shared/result.ts';
import { camera } from '../../../support/fake-gateway/fake-cameras.ts';
import { failureSaying } from '../../../support/spoken.ts';
import { liveFrame } from '../camera-source.ts';

type Answer = Result<{ readonly liveFrame: LiveFrame | null }>;
const given = (number: number): Answer => ({ ok: true, value: { liveFrame: liveFrame(number) } });
const none: Answer = { ok: true, value: { liveFrame: null } };
const failure = failureSaying('It broke.', 'Wait.');
const failed: Answer = { ok: false, error: failure };

/** A loop whose questions are answered one by one. */
function scripted(load: LivePorts<string>['load'] = async (number) => `picture ${number}`) {
  const asked: { after: number; testShot: boolean; answer: (answer: Answer) => void }[] = [];
  const waited: number[] = [];
  const events: LiveEvent<string>[] = [];
  const loop = makeLiveLoop<string>(
    {
      liveFrame: (after, testShot) => new Promise((answer) => asked.push({ after, testShot, answer })),
      load,
      now: () => 0,
      wait: async (milliseconds) => void waited.push(milliseconds),
    },
    (event) => events.push(event),
  );
  const answer = async (index: number, value: Answer): Promise<void> => {
    asked[index]?.answer(value);
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { loop, asked, waited, events, answer };
}

describe('the loop of the live view', () => {
  it('asks for the next picture only when the last one is decoded', async () => {
    let decode = (): void => undefined;
    const { loop, asked, events, answer } = scripted(
      (number) =>
        new Promise((resolve) => {
          decode = () => resolve(`picture ${number}`);
        }),
    );
    loop.start();
    loop.start();
    expect(asked).toHaveLength(1);
    await answer(0, given(7));
    expect([asked.length, events.length]).toEqual([1, 0]);
    decode();
    await new Promise((resolve) => setTimeout(resolve));
    expect(events).toMatchObject([{ kind: 'picture', picture: 'picture 7' }]);
    expect(asked.map(({ after }) => after)).toEqual([0, 7]);
    loop.close();
  });

  it('says that none came, that one is broken, and that the gateway failed, and goes on more slowly after a failure', async () => {
    const { loop, events, waited, answer } = scripted(() => Promise.reject(new Error('gone')));
    loop.start();
    await answer(0, none);
    await answer(1, given(3));
    await answer(2, failed);
    expect(events.map(({ kind }) => kind)).toEqual(['nothing', 'broken', 'failed']);
    expect(waited).toEqual([50, 50, 1_000]);
    loop.close();
  });

  it('asks nothing while it is stopped, and shows nothing of what was asked before', async () => {
    const { loop, asked, events, answer } = scripted();
    loop.start();
    loop.stop();
    await answer(0, given(1));
    expect([asked.length, events.length]).toEqual([1, 0]);
    loop.start();
    expect(asked).toHaveLength(2);
    loop.close();
    await answer(1, given(2));
    expect(events).toEqual([]);
    loop.start();
    expect(asked).toHaveLength(2);
  });

  it('takes a test shot while it waits or is stopped, and never puts an older picture over a newer one', async () => {
    const { loop, asked, events, answer } = scripted();
    loop.start();
    void loop.testShot();
    expect(asked.map(({ testShot }) => testShot)).toEqual([false, true]);
    await answer(1, given(5));
    await answer(0, given(4));
    expect(events).toMatchObject([{ kind: 'picture', testShot: true, liveFrame: { number: 5 } }]);
    loop.stop();
    void loop.testShot();
    await answer(3, given(6));
    expect(events.at(-1)).toMatchObject({ testShot: true, liveFrame: { number: 6 } });
    loop.close();
  });
});

describe('what is said of the picture on view', () => {
  const now = 1_000_000;
  const picture = {} as HTMLImageElement;
  const shown = (age: number, testShot = false) => ({
    liveFrame: liveFrame(1, { at: now - age }),
    picture,
    receivedAt: now - age,
    testShot,
  });
  const live = (change: Partial<Live>): Live => ({ ...useLive.getInitialState(), sourceId: 'top', ...change });
  const free = camera({ trigger: 'free-run', lastFrameAt: now - 12_000 });
  const status = (change: Partial<Live>, state: 'streaming' | 'armed' | 'lost' | 'blocked' = 'streaming', of = free) =>
    liveStatus(live(change), of, state, now);

  it('is live only while it is new, whatever was answered since', () => {
    expect(status({ shown: shown(100), last: 'picture' }).kind).toBe('live');
    const late = status({ shown: shown(LIVE_MILLISECONDS), last: 'picture' });
    expect(late).toMatchObject({ kind: 'stale', sign: 'NOT LIVE', faded: true });
    expect(status({ shown: shown(100), last: 'nothing' }).kind).toBe('stale');
    expect(status({ shown: shown(100), last: 'failed', failure }).kind).toBe('failed');
    expect(status({ shown: shown(100), paused: true }).kind).toBe('paused');
  });

  it('is not live when it was old already on its arrival', () => {
    const old = { ...shown(0), liveFrame: liveFrame(1, { at: now - 5_000 }) };
    expect(status({ shown: old, last: 'picture' }).kind).toBe('stale');
    const ahead = { ...shown(0), liveFrame: liveFrame(1, { at: now + 5_000 }) };
    expect(status({ shown: ahead, last: 'picture' }).kind).toBe('live');
  });

  it('says how old the last one is when none comes', () => {
    expect(status({ shown: shown(3_000), last: 'nothing' }).text).toBe(
      'No picture in the last second. The last one came 3 s ago.',
    );
    expect(status({ last: 'nothing' }).text).toContain('12 s ago');
    expect(status({ last: 'nothing' }, 'streaming', { ...free, lastFrameAt: null }).text).toContain('None came yet');
    expect(status({ last: 'nothing' }, 'lost')).toMatchObject({ level: 'alarm', sign: 'NOT LIVE' });
  });

  it('is live for three of a slow camera’s pictures, though none comes within a second', () => {
    const slow = camera({ trigger: 'free-run', everyMilliseconds: 4_000, lastFrameAt: now - 11_999 });
    for (const last of ['picture', 'nothing'] as const)
      for (const age of [100, 1_500, 4_000, 11_999])
        expect(status({ shown: shown(age), last }, 'streaming', slow).kind, `${last} ${age}`).toBe('live');
    const overdue = status({ shown: shown(12_000), last: 'nothing' }, 'streaming', {
      ...slow,
      lastFrameAt: now - 12_000,
    });
    expect(overdue).toMatchObject({ kind: 'stale', sign: 'NOT LIVE', faded: true });
    expect(overdue.text).toBe('The next picture is overdue. The last one came 12 s ago.');
    // It stood still for want of room, or is gone: its rate says nothing then.
    expect(status({ shown: shown(2_000), last: 'nothing' }, 'lost', slow).kind).toBe('stale');
    expect(status({ shown: shown(2_000), last: 'picture' }, 'blocked', slow).kind).toBe('stale');
  });

  it('is not live after a minute, and no fault either, where pictures are rare', () => {
    const rare = camera({ trigger: 'interval', everyMilliseconds: 3_600_000, lastFrameAt: now - 60_000 });
    expect(status({ shown: shown(59_000), last: 'nothing' }, 'streaming', rare).kind).toBe('live');
    expect(status({ shown: shown(60_000), last: 'nothing' }, 'streaming', rare)).toEqual({
      kind: 'stale',
      level: 'waiting',
      sign: 'NOT LIVE',
      text: 'A picture comes about every 1 h. The last one came 1 min ago.',
      faded: false,
    });
  });

  it('is live for no shorter time where the camera is fast or its rate not known', () => {
    for (const everyMilliseconds of [10, 499, null]) {
      const one = camera({ everyMilliseconds });
      expect(status({ shown: shown(LIVE_MILLISECONDS - 1), last: 'picture' }, 'streaming', one).kind).toBe('live');
      expect(status({ shown: shown(LIVE_MILLISECONDS), last: 'picture' }, 'streaming', one).kind).toBe('stale');
    }
  });

  it('does not fade the last picture of a camera that waits for its trigger', () => {
    const software = camera({ trigger: 'software' });
    const waits = status({ shown: shown(9_000), last: 'nothing' }, 'armed', software);
    expect(waits).toMatchObject({ kind: 'stale', sign: 'NOT LIVE', level: 'waiting', faded: false });
    expect(waits.text).toContain('Waiting for a trigger');
  });

  it('never calls a test shot stored or live', () => {
    expect(status({ shown: shown(100, true), last: 'picture' })).toMatchObject({ kind: 'test', sign: 'TEST SHOT' });
    expect(status({ shown: shown(4_000, true), last: 'nothing' }).text).toBe('Test shot of 4 s ago, not stored.');
  });

  it('keeps the best focus, and a failed test shot leaves the view as it is', () => {
    const first = live({ peak: 300, last: 'picture' });
    const event = { kind: 'picture', liveFrame: liveFrame(2, { focus: 120 }), picture, testShot: false } as const;
    expect(takeLiveEvent(first, event, now)).toMatchObject({ peak: 300, last: 'picture' });
    expect(takeLiveEvent(first, { ...event, liveFrame: liveFrame(3, { focus: 410 }) }, now).peak).toBe(410);
    expect(takeLiveEvent(first, { kind: 'nothing', testShot: true }, now)).toEqual({ testShot: 'nothing' });
  });

  it('is asked for by its source and number', () => {
    expect(liveUrl('top', 12)).toBe('acusight-image://live/top/12');
  });
});

describe('the instruments', () => {
  it('show focus beside the best so far, on a scale that holds both', () => {
    for (const [value, peak] of [
      [0, 0],
      [12, 12],
      [80, 410],
      [0.02, 0.5],
    ] as const) {
      const meter = focusMeter(value, peak);
      expect(meter.value).toBeLessThanOrEqual(meter.peak + 1e-9);
      expect(meter.peak).toBeLessThanOrEqual(1);
    }
    expect(focusMeter(205, 410).word).toBe('50 % of best');
    expect(focusMeter(408, 410).word).toBe('Sharpest so far');
    expect(focusMeter(0, 0).word).toBe('Nothing to focus on');
    expect([0.418, 12.34, 412.4, 12_410].map(formatFocus)).toEqual(['0.42', '12.3', '412', '12,400']);
  });

  it('draw a histogram within its frame, and nothing where there is none', () => {
    const bins = Array.from({ length: 64 }, (_, bin) => (bin === 10 ? 0.75 : bin === 20 ? 0.25 : 0));
    const path = histogramPath(bins, 256, 64);
    expect(path).toContain('L40 0L44 0');
    expect(path).not.toMatch(/NaN|-\d/);
    expect(histogramPath(new Array(64).fill(0), 256, 64)).toBe('');
  });

  it('say in words how much is over- and underexposed, and mark one pixel in a hundred', () => {
    expect(exposureWords(0.024, 0.0004)).toEqual({
      over: '2.4 % all white (overexposed)',
      under: '<0.1 % all black (underexposed)',
      overMany: true,
      underMany: false,
    });
    expect(exposureWords(0, 0).over).toBe('Nothing overexposed');
  });
});
