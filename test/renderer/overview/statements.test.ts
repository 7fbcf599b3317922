import { describe, expect, it } from 'vitest';
import { shutWords } from '../../../renderer/overview/statements.tsx';
import { message } from '../../../shared/messages/message.ts';
import type { Connection } from '../../../shared/snapshot.ts';

const now = Date.UTC(2026, 10, 30, 12);
const way: Connection = {
  state: 'offline',
  since: now - 3_600_000,
  nextProbeAt: now + 40_000,
  message: message('connected'),
  technical: '',
  inFlight: 0,
  concurrency: 4,
  lastSuccessAt: null,
};

describe('a way that is shut', () => {
  it('says since when, and when it is tried again', () => {
    expect(shutWords(way, now)).toMatch(/^Since (\d+ \w+ )?\d\d:\d\d:\d\d, next try in 40 s\.$/);
    expect(shutWords({ ...way, nextProbeAt: now - 1 }, now)).toMatch(/, tried now\.$/);
    expect(shutWords({ ...way, state: 'key-refused', nextProbeAt: null }, now)).toMatch(/^Since [\d: \w]+\.$/);
  });

  it('by nobody but the schedule, or not at all, has nothing to say', () => {
    for (const state of ['online', 'starting', 'closed', 'not-set-up'] as const)
      expect(shutWords({ ...way, state }, now)).toBe('');
  });
});
