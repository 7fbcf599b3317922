import { createElement, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { ZonedTime } from '../../../electron/gateway/platform/zoned-time.ts';
import { assess } from '../../../electron/gateway/status/situation.ts';
import { isBroken } from '../../../electron/gateway/status/situation-facts.ts';
import { SendWindows } from '../../../electron/gateway/sync/pacing/send-windows.ts';
import { fillWords } from '../../../renderer/format/pace.ts';
import { useGateway } from '../../../renderer/gateway/gateway-store.ts';
import { currentWords } from '../../../renderer/gateway/words.ts';
import { ConnectionStrip } from '../../../renderer/overview/connection-strip.tsx';
import { Statements } from '../../../renderer/overview/statements.tsx';
import { SiteFacts } from '../../../renderer/site/site-facts.tsx';
import { factLines } from '../../../renderer/site/site-text.ts';
import { badgeOf } from '../../../renderer/sources/source-badge.ts';
import { syncSchema } from '../../../shared/config.ts';
import { legacy } from '../../../shared/messages/message.ts';
import { formatDuration } from '../../../shared/messages/times.ts';
import { createWords } from '../../../shared/messages/words.ts';
import { type Snapshot, type SourceSnapshot, sourceStates } from '../../../shared/snapshot.ts';
import { calm, source } from '../../support/fake-gateway/scenario-base.ts';
import { spoken } from '../../support/spoken.ts';

/** One fact is said in one way, wherever the core and the window say it. */

const answersTo = (change: Partial<Snapshot>) =>
  assess({ ...calm, ...change, now: Date.now(), configured: true, losses: [] });

test.each([59, 60, 5_400, 5_459, 7_199, 27_000])('a disk that is full in %i s', (fullInSeconds) => {
  const disk = { ...calm.disk, fullInSeconds };
  const { safe, advice } = spoken(answersTo({ disk }));
  const left = formatDuration(fullInSeconds * 1_000);
  expect(safe.detail).toBe(`The disk is full in ${left} at this rate. No new pictures are taken then.`);
  expect(advice.map(({ text }) => text)).toEqual([`The disk is full in ${left} at this rate`]);
  expect(fillWords(disk)).toBe(`Full in ${left} at this rate`);
});

test('a disk that is full in an hour and a half', () => {
  const disk = { ...calm.disk, fullInSeconds: 5_400 };
  const { safe, advice } = spoken(answersTo({ disk }));
  for (const words of [safe.detail, advice[0]?.text, fillWords(disk)]) expect(words).toMatch(/ull in 1 h 30 min at/);
});

describe('a send window of a site in Berlin, on a PC in UTC', () => {
  const zone = process.env.TZ;
  const now = Date.parse('2026-11-20T10:00:00Z');
  const atSix = Date.parse('2026-11-21T05:00:00Z');
  const untilSix = new SendWindows(
    syncSchema.parse({
      windows: [
        { days: ['fri'], maxBytesPerSecond: 0 },
        { days: ['sat'], from: '00:00', to: '06:00', maxBytesPerSecond: 0 },
      ],
    }),
    new ZonedTime('Europe/Berlin'),
  );

  const draw = (part: FunctionComponent, snapshot: Snapshot): string => {
    // What is drawn without a browser reads the first state of a store.
    Object.assign(useGateway.getInitialState(), { snapshot, heardAt: now, link: 'live' });
    return renderToStaticMarkup(createElement(part));
  };

  beforeEach(() => {
    process.env.TZ = 'UTC';
    vi.useFakeTimers({ now, toFake: ['Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  function closed(): Snapshot {
    expect(new Date(now).getHours()).toBe(10);
    expect(untilSix.nextChangeAt(now)).toBe(atSix);
    const facts = {
      connection: { ...calm.connection, state: 'closed', nextProbeAt: atSix },
      pacing: { ...calm.pacing, limitBytesPerSecond: 0, changesAt: atSix, message: untilSix.describe(now) },
    } as const;
    const { safe, flow, advice } = answersTo(facts);
    return { ...calm, ...facts, safe, flow, advice: [...advice] };
  }

  it('opens at the site’s six o’clock in the message of the core', () => {
    const { flow, pacing } = closed();
    const words = createWords({ timeZone: 'Europe/Berlin' });
    expect(words.text(pacing.message)).toBe('Closed until Sat 06:00');
    expect(words.text(flow)).toBe('Closed until Sat 06:00. Nothing is waiting.');
  });

  it.each([
    ['the large answer', Statements],
    ['the line below it', ConnectionStrip],
    ['the facts of the site', SiteFacts],
  ] as const)('opens at it in %s', (_, part) => {
    const drawn = draw(part, closed());
    expect(drawn).toContain('Closed until Sat 06:00');
    expect(drawn).not.toMatch(/0?5:00/);
  });

  it('opens at it in the report that is read out', () => {
    const snapshot = closed();
    draw(SiteFacts, snapshot);
    const report = factLines(snapshot, currentWords()).join('\n');
    expect(report).toContain('Closed until Sat 06:00');
    expect(report).not.toMatch(/0?5:00/);
  });

  it('is not the only time that is the site’s: a way is shut since a time there', () => {
    const connection = { ...calm.connection, state: 'offline', since: now - 3_600_000 } as const;
    expect(draw(Statements, { ...calm, connection })).toContain('Since 10:00:00');
  });
});

const broken = sourceStates.filter((state) => isBroken({ state }));

test('a source that does not collect can be missing, taken and more', () => {
  expect(broken).toEqual(expect.arrayContaining(['missing', 'taken', 'failed', 'lost', 'silent']));
});

describe.each(['folder', 'gige', 'usb'] as const)('a source of kind %s that does not collect', (kind) => {
  test.each(broken)('and is %s has one level in the list, the statement and the advice', (state) => {
    const one: SourceSnapshot = source('top', 'Top', {
      kind,
      state,
      message: legacy('It is not there', 'Look for it.'),
    });
    const { safe, advice } = spoken(answersTo({ sources: [one] }));
    expect([badgeOf(one).level, safe.level, ...advice.map(({ level }) => level)]).toEqual(['alarm', 'alarm', 'alarm']);
    expect(advice).toMatchObject([{ text: 'Top: it is not there', hint: 'Look for it.' }]);
  });
});
