import { describe, expect, test } from 'vitest';
import type { DeliveryOutcome } from '../../../../electron/gateway/model/delivery.ts';
import { decide } from '../../../../electron/gateway/sync/retry-policy.ts';
import { message } from '../../../../shared/messages/message.ts';
import { failed, failure } from './failures.ts';

const now = 1_000_000;
const facts = { now, random: 0.5, lastSuccessAt: null };
const fresh = { attempts: 0, firstFailedAt: null };
const words = {
  message: message('server-error', { status: 599 }),
  technical: 'HTTP 599',
  at: now,
};

describe('an outcome becomes one transition of its entry', () => {
  test('what the cloud took is acknowledged with the identifiers it gave', () => {
    const outcome = { kind: 'acknowledged', duplicate: false, serverImageId: '17', serverBatchId: '3' } as const;
    expect(decide(outcome, fresh, facts)).toEqual({
      settlement: { kind: 'acknowledge', duplicate: false, serverImageId: '17', serverBatchId: '3' },
      effect: 'success',
    });
  });

  test('what the cloud already had is acknowledged as a duplicate', () => {
    const outcome = { kind: 'acknowledged', duplicate: true, serverImageId: null, serverBatchId: null } as const;
    expect(decide(outcome, fresh, facts).settlement).toMatchObject({ kind: 'acknowledge', duplicate: true });
  });

  test.each([true, false])('what we stopped ourselves goes back without an attempt (sent: %s)', (sent) => {
    expect(decide({ kind: 'aborted', sent }, fresh, facts)).toEqual({
      settlement: { kind: 'release', ambiguous: sent, error: null },
      effect: 'none',
    });
  });

  test('a failure of the way goes back without an attempt and closes the way', () => {
    const cause = failure({ disposition: 'pause', pauseReason: 'key-refused' });
    expect(decide({ kind: 'failed', failure: cause }, fresh, facts)).toEqual({
      settlement: { kind: 'release', ambiguous: false, error: words },
      effect: { pause: cause },
    });
  });

  test('a refusal of the picture buries it with the words, and shows that the way is open', () => {
    expect(decide(failed({ disposition: 'bury' }), fresh, facts)).toEqual({
      settlement: { kind: 'bury', error: words },
      effect: 'success',
    });
  });

  test.each([
    ['retry', 'server-error'],
    ['bug', 'none'],
  ] as const)('disposition %s: another attempt later, counted', (disposition, effect) => {
    const outcome = failed({ disposition, ambiguous: true });
    expect(decide(outcome, { attempts: 2, firstFailedAt: 1 }, facts)).toEqual({
      settlement: { kind: 'retry', nextAttemptAt: now + 3_000, ambiguous: true, stuck: false, error: words },
      effect,
    });
  });

  test('the server may ask for a longer wait than ours, not for a shorter one', () => {
    const waitOf = (retryAfterMilliseconds: number, attempts: number): number => {
      const { settlement } = decide(failed({ retryAfterMilliseconds }), { attempts, firstFailedAt: null }, facts);
      if (settlement.kind !== 'retry') throw new Error(settlement.kind);
      return settlement.nextAttemptAt - now;
    };
    expect(waitOf(120_000, 0)).toBe(120_000);
    expect(waitOf(1_000, 10)).toBe(768_000);
  });
});

describe('an entry is shown as stuck', () => {
  const stuck = (attempts: number, firstFailedAt: number | null, lastSuccessAt: number | null): boolean => {
    const { settlement } = decide(failed({}), { attempts, firstFailedAt }, { ...facts, lastSuccessAt });
    return settlement.kind === 'retry' && settlement.stuck;
  };

  test('from its sixth failure on, when others got through since its first', () => {
    expect(stuck(5, 100, 200)).toBe(true);
    expect(stuck(500, 100, 200)).toBe(true);
  });

  test('not before its sixth failure', () => expect(stuck(4, 100, 200)).toBe(false));
  test('not while nothing gets through', () => {
    expect(stuck(50, 100, null)).toBe(false);
    expect(stuck(50, 100, 99)).toBe(false);
  });

  test('and is never buried, however often it failed', () => {
    const outcomes: DeliveryOutcome[] = [failed({}), failed({ disposition: 'bug' })];
    for (const outcome of outcomes) {
      expect(decide(outcome, { attempts: 1_000_000, firstFailedAt: 1 }, facts).settlement.kind).toBe('retry');
    }
  });
});
