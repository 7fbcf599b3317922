import { describe, expect, test } from 'vitest';
import { AnswerPatience } from '../../../../../electron/gateway/cloud/acusight/answer-patience.ts';

describe('the wait for an answer', () => {
  test('is as it was set, doubles after each that was in vain, and has an end', () => {
    const patience = new AnswerPatience(60_000);
    const waits = Array.from({ length: 6 }, () => {
      const { now } = patience;
      patience.unanswered(now);
      return now;
    });
    expect(waits).toEqual([60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
  });

  test('is never cut by its own end where more was set', () => {
    const patience = new AnswerPatience(600_000);
    patience.unanswered(600_000);
    expect(patience.now).toBe(600_000);
  });

  test('grows by one step for pictures that were under way together', () => {
    const patience = new AnswerPatience(1_000);
    for (let picture = 0; picture < 4; picture += 1) patience.unanswered(1_000);
    expect(patience.now).toBe(2_000);
    patience.unanswered(2_000);
    expect(patience.now).toBe(4_000);
  });

  test('becomes shorter again only after many answers in a row, and never shorter than was set', () => {
    const patience = new AnswerPatience(1_000);
    patience.unanswered(1_000);
    patience.unanswered(2_000);
    for (let answer = 0; answer < 99; answer += 1) patience.answered();
    expect(patience.now).toBe(4_000);
    patience.unanswered(1_000);
    for (let answer = 0; answer < 99; answer += 1) patience.answered();
    expect(patience.now).toBe(4_000);
    for (let answer = 0; answer < 1_000; answer += 1) patience.answered();
    expect(patience.now).toBe(1_000);
  });
});
