import { describe, expect, it } from 'vitest';
import { entryAction, entryBadge } from '../../../renderer/queue/entry-badge.tsx';
import { queueRow } from './queue-row.ts';

describe('the look of an entry', () => {
  it('has a word for every state', () => {
    const words = [
      {},
      { state: 'leased' },
      { ambiguous: true, attempts: 1 },
      { stuck: true, ambiguous: true, attempts: 9 },
      { state: 'acknowledged' },
      { state: 'acknowledged', duplicate: true },
      { state: 'dead' },
      { state: 'dropped' },
      { state: 'deleted' },
    ] as const;
    expect(words.map((change) => entryBadge(queueRow('a', change)).word)).toEqual([
      'Waiting',
      'Sending',
      'Sent – no answer',
      'Stuck',
      'Delivered',
      'Already there',
      'Dead letter',
      'Dropped: disk full',
      'Deleted',
    ]);
  });

  it('never shares a shape between two words', () => {
    const states = [
      {},
      { state: 'leased' },
      { ambiguous: true },
      { stuck: true },
      { state: 'acknowledged' },
      { state: 'acknowledged', duplicate: true },
      { state: 'dead' },
      { state: 'dropped' },
      { state: 'deleted' },
    ] as const;
    const icons = new Set(states.map((change) => entryBadge(queueRow('a', change)).Icon));
    expect(icons.size).toBe(states.length);
  });

  it('offers a retry only while an entry waits for its time, and a way back only to a dead letter', () => {
    const now = 1_000;
    expect(entryAction(queueRow('a', { nextAttemptAt: 1_001 }), now)).toBe('retry');
    expect(entryAction(queueRow('a', { nextAttemptAt: 1_000 }), now)).toBeNull();
    expect(entryAction(queueRow('a'), now)).toBeNull();
    expect(entryAction(queueRow('a', { state: 'leased', nextAttemptAt: 2_000 }), now)).toBeNull();
    expect(entryAction(queueRow('a', { state: 'dead' }), now)).toBe('put-back');
  });
});
