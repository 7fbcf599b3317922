import { describe, expect, it } from 'vitest';
import type { CheckinOutcome } from '../../../../electron/gateway/cloud/acusight/client.ts';
import type { DeliveryFailure } from '../../../../electron/gateway/model/delivery.ts';
import type { LogFields } from '../../../../electron/gateway/platform/logger.ts';
import {
  CheckIn,
  type CheckInOptions,
  type DeviceStatus,
  type HealthFacts,
  statusOf,
} from '../../../../electron/gateway/status/checkin.ts';
import { message } from '../../../../shared/messages/message.ts';
import { emptyCounts } from '../../../../shared/snapshot.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { said } from '../../../support/spoken.ts';

const well: HealthFacts = {
  now: 1_000_000_000,
  sources: [{ state: 'watching' }, { state: 'scanning' }],
  disk: { state: 'ok', whenFull: 'refuse' },
  connection: { state: 'online', since: 0 },
  counts: emptyCounts,
  ledger: { state: 'ok' },
};
const since = (minutes: number): number => well.now - minutes * 60_000;

describe('the status', () => {
  const cases: [string, Partial<HealthFacts>, DeviceStatus][] = [
    ['all is well', {}, 'healthy'],
    ['there is no source yet', { sources: [] }, 'healthy'],
    ['the ledger is being checked', { ledger: { state: 'checking' } }, 'healthy'],
    ['the ledger has a gap', { ledger: { state: 'gap' } }, 'error'],
    ['the disk refuses to write', { disk: { state: 'failing', whenFull: 'refuse' } }, 'error'],
    ['the disk is full and frames are refused', { disk: { state: 'full', whenFull: 'refuse' } }, 'error'],
    ['the disk is full and the oldest are dropped', { disk: { state: 'full', whenFull: 'drop-oldest' } }, 'degraded'],
    ['the disk is nearly full', { disk: { state: 'low', whenFull: 'refuse' } }, 'degraded'],
    ['one of two sources is missing', { sources: [{ state: 'missing' }, { state: 'watching' }] }, 'degraded'],
    ['every source is missing or failed', { sources: [{ state: 'missing' }, { state: 'failed' }] }, 'error'],
    ['pictures are lost', { counts: { ...emptyCounts, lostUnseen: 3 } }, 'error'],
    ['a stored picture is gone', { counts: { ...emptyCounts, dead: 1, gone: 1 } }, 'error'],
    ['a picture is in no list', { counts: { ...emptyCounts, orphans: 1 } }, 'error'],
    ['a picture was refused by the cloud', { counts: { ...emptyCounts, dead: 1 } }, 'degraded'],
    ['a file could not be taken', { counts: { ...emptyCounts, refused: 1 } }, 'degraded'],
    ['an entry is stuck', { counts: { ...emptyCounts, stuck: 1 } }, 'degraded'],
    ['the key is refused', { connection: { state: 'key-refused', since: since(0) } }, 'degraded'],
    ['the keyring is locked', { connection: { state: 'key-locked', since: since(0) } }, 'degraded'],
    ['the device is not approved', { connection: { state: 'not-approved', since: since(0) } }, 'degraded'],
    ['the object storage refuses', { connection: { state: 'storage-refused', since: since(0) } }, 'degraded'],
    ['offline for four minutes', { connection: { state: 'offline', since: since(4) } }, 'healthy'],
    ['offline for five minutes', { connection: { state: 'offline', since: since(5) } }, 'degraded'],
    ['throttled for an hour', { connection: { state: 'throttled', since: since(60) } }, 'healthy'],
    ['a send window is closed', { connection: { state: 'closed', since: since(600) } }, 'healthy'],
  ];
  it.each(cases)('when %s', (_, facts, status) => {
    expect(statusOf({ ...well, ...facts })).toBe(status);
  });
});

const reading = { cpuUsage: 1, memoryUsage: 2, diskUsage: 3, temperature: null, uptime: 4 };
type Sent = { readonly status: DeviceStatus; readonly at: number; readonly signal: AbortSignal };

/** A gateway around a check-in: what it sent, what it logged, and a server that a test makes answer. */
class Around {
  readonly clock = new FakeClock();
  readonly sent: Sent[] = [];
  readonly logged: { readonly event: string; readonly fields: LogFields | undefined }[] = [];
  facts: HealthFacts | null = well;
  health = (): HealthFacts | null => this.facts;
  answer: (signal: AbortSignal) => Promise<CheckinOutcome> = async () => ({ kind: 'accepted', actions: [] });
  readonly checkIn: CheckIn;
  readonly #start = this.clock.monotonic();

  constructor(more: Partial<CheckInOptions> = {}) {
    this.checkIn = new CheckIn({
      clock: this.clock,
      logger: { log: (_level, event, fields) => this.logged.push({ event, fields }) },
      intervalMilliseconds: 30_000,
      hasKey: () => true,
      health: () => this.health(),
      metrics: async () => reading,
      send: ({ status }, signal) => {
        this.sent.push({ status, at: this.clock.monotonic() - this.#start, signal });
        return this.answer(signal);
      },
      onChange: () => undefined,
      ...more,
    });
    this.checkIn.start();
  }

  /** Second by second, with time for what is under way to go on. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second += 1) {
      await settled();
      this.clock.advance(1_000);
    }
    await settled();
  }

  get times(): readonly number[] {
    return this.sent.map(({ at }) => at / 1_000);
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

const refused: DeliveryFailure = {
  message: message('device-key-refused', { context: 'bare', words: '' }),
  technical: '',
  disposition: 'pause',
  pauseReason: 'key-refused',
  ambiguous: false,
  retryAfterMilliseconds: null,
};

const unanswered = (signal: AbortSignal): Promise<CheckinOutcome> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve({ kind: 'aborted' })));

describe('check-ins', () => {
  it('are made at the start and every interval, with the readings', async () => {
    const seen: unknown[] = [];
    const around = new Around({
      send: async (report) => {
        seen.push(report);
        return { kind: 'accepted', actions: [] };
      },
    });
    await around.pass(0);
    // What this PC does not tell is left out.
    expect(seen).toEqual([{ status: 'healthy', metrics: { cpuUsage: 1, memoryUsage: 2, diskUsage: 3, uptime: 4 } }]);
    await around.pass(29);
    expect(seen).toHaveLength(1);
    await around.pass(61);
    expect(seen).toHaveLength(4);
    expect(around.checkIn.situation()).toEqual({
      status: 'healthy',
      acceptedAt: around.clock.now(),
      message: null,
      unknownActions: [],
    });
  });

  it('tell a changed status soon, but not one that goes to and fro', async () => {
    const around = new Around();
    await around.pass(10);
    around.facts = { ...well, disk: { state: 'failing', whenFull: 'refuse' } };
    await around.pass(1);
    expect(around.sent.map(({ status, at }) => [status, at])).toEqual([
      ['healthy', 0],
      ['error', 11_000],
    ]);
    for (let turn = 0; turn < 5; turn += 1) {
      around.facts = turn % 2 === 0 ? well : { ...well, disk: { state: 'low', whenFull: 'refuse' } };
      await around.pass(1);
    }
    expect(around.times).toEqual([0, 11, 16]);
  });

  it('that get no answer are given up, and what falls due meanwhile is skipped', async () => {
    const around = new Around();
    around.answer = unanswered;
    await around.pass(29);
    expect(around.times).toEqual([0]);
    expect(around.sent[0]?.signal.aborted).toBe(false);
    await around.pass(2);
    expect(around.sent[0]?.signal.aborted).toBe(true);
    expect(said(around.checkIn.situation().message).text).toContain('No answer came within 30 s');
    await around.pass(200);
    // Never two at a time, and no burst to make up for what was skipped.
    const gaps = around.times.slice(1).map((time, index) => time - (around.times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(30);
  });

  it('that fail are said in words, logged once, and made again', async () => {
    const around = new Around();
    around.answer = async () => ({ kind: 'failed', failure: refused });
    await around.pass(91);
    expect(around.times).toEqual([0, 30, 60, 90]);
    expect(around.checkIn.situation().acceptedAt).toBeNull();
    expect(said(around.checkIn.situation().message).text).toBe('The device key is refused.');
    expect(around.logged.filter(({ event }) => event === 'check-in-failed')).toHaveLength(1);
    around.answer = async () => ({ kind: 'accepted', actions: [] });
    await around.pass(30);
    expect(around.checkIn.situation().message).toBeNull();
  });

  it('whose sending throws do not end the check-ins', async () => {
    const around = new Around();
    around.answer = () => Promise.reject(new Error('a bug'));
    await around.pass(61);
    expect(around.times).toEqual([0, 30, 60]);
    expect(said(around.checkIn.situation().message).text).toBe('The check-in could not be made: a bug');
  });

  it('say that the store is lost, of which nothing else can be read', async () => {
    const around = new Around();
    await around.pass(10);
    around.facts = null;
    await around.pass(1);
    expect(around.sent.map(({ status }) => status)).toEqual(['healthy', 'error']);
  });

  it('go on with the status as it was where its facts can’t be read, and log why', async () => {
    const around = new Around();
    around.facts = { ...well, disk: { state: 'low', whenFull: 'refuse' } };
    await around.pass(10);
    around.health = () => {
      throw new Error('the database is busy');
    };
    await around.pass(30);
    expect(around.sent.map(({ status }) => status)).toEqual(['healthy', 'degraded', 'degraded']);
    expect(around.logged.find(({ event }) => event === 'health-not-read')?.fields?.['error']).toBeInstanceOf(Error);
  });

  it('wait for a device key', async () => {
    let keyed = false;
    const around = new Around({ hasKey: () => keyed });
    await around.pass(45);
    expect(around.times).toEqual([]);
    keyed = true;
    await around.pass(1);
    expect(around.times).toEqual([46]);
  });

  it('end with the gateway: the one under way is stopped, and none follows', async () => {
    const around = new Around();
    around.answer = unanswered;
    await around.pass(5);
    await around.checkIn.stop();
    expect(around.sent[0]?.signal.aborted).toBe(true);
    expect(around.clock.timers).toBe(0);
    await around.pass(100);
    expect(around.times).toEqual([0]);
  });

  it('show and log what the cloud asks for, each once, the ten newest, and do nothing about it', async () => {
    const around = new Around();
    let actions = ['restart {"id":7}', 'reboot'];
    around.answer = async () => ({ kind: 'accepted', actions });
    await around.pass(61);
    const words = () => around.checkIn.situation().unknownActions.map(({ text }) => text);
    expect(words()).toEqual(['reboot', 'restart {"id":7}']);
    expect(around.logged.filter(({ event }) => event === 'unknown-action')).toHaveLength(2);
    actions = Array.from({ length: 12 }, (_, id) => `action ${id}`);
    await around.pass(30);
    expect(words()).toHaveLength(10);
    expect(words()[0]).toBe('action 11');
    expect(words()[9]).toBe('action 2');
  });

  it.each([
    ['a name', (turn: number) => `restart {"id":"b${turn}","requested_at":"2026-11-30T02:${turn % 60}:00Z"}`],
    ['details', (turn: number) => `{"order":${turn},"nonce":"x${turn * 7_919}"}`],
    ['a text', (turn: number) => `restart at 2026-11-30 02:30:${10 + (turn % 50)} (${1_000_000 + turn})`],
  ])(
    'an action of %s that has another number or time at every check-in is told once, and again after an hour',
    async (_, text) => {
      let turn = 0;
      const around = new Around();
      around.answer = async () => ({ kind: 'accepted', actions: [text(turn++), 'reboot'] });
      await around.pass(1_800);
      expect(turn).toBeGreaterThan(50);
      const told = () =>
        around.logged.filter(({ event }) => event === 'unknown-action').map(({ fields }) => fields?.['action']);
      expect(told()).toEqual([text(0), 'reboot']);
      await around.pass(1_900);
      expect(told()).toHaveLength(3);
      expect(around.checkIn.situation().unknownActions).toHaveLength(3);
    },
  );

  it('more actions than are remembered at once, one after the other, are no news of those that are repeated', async () => {
    let turn = 0;
    const around = new Around();
    around.answer = async () => ({
      kind: 'accepted',
      actions: ['reboot', ...Array.from({ length: 19 }, (_, index) => `order ${turn++}${index}z`)],
    });
    await around.pass(1_800);
    expect(turn).toBeGreaterThan(600);
    expect(around.logged.filter(({ fields }) => fields?.['action'] === 'reboot')).toHaveLength(1);
  });
});
