import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { LockState, Opened } from '../../../electron/keyring/keyring.ts';
import { Opening, type OpeningState } from '../../../electron/keyring/opening.ts';
import { FakeClock } from '../../support/fake-clock.ts';

/** A keyring that says what it is told to, and puts a question before a person each time it is asked to open. */
function rig() {
  const clock = new FakeClock();
  const states: OpeningState[] = [];
  const opened: (readonly (string | null)[])[] = [];
  const questions: { answer: (opened: Opened) => void; isOpen: boolean }[] = [];
  const keyring = { lock: 'locked' as LockState };
  const opening = new Opening({
    keyring: {
      lock: async () => keyring.lock,
      open: (_, signal) =>
        new Promise((resolve, reject) => {
          const question = {
            isOpen: true,
            answer: (given: Opened): void => {
              question.isOpen = false;
              resolve(given);
            },
          };
          questions.push(question);
          signal.addEventListener('abort', () => {
            question.isOpen = false;
            reject(signal.reason);
          });
        }),
    },
    clock,
    sealed: [Buffer.from('sealed')],
    onState: (state) => states.push(state),
    onOpened: (texts) => opened.push(texts),
  });
  const pass = async (seconds: number): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      await turn();
    }
  };
  const last = () => {
    const question = questions.at(-1);
    if (question === undefined) throw new Error('nobody was asked');
    return question;
  };
  opening.start();
  return { clock, keyring, opening, states, opened, questions, pass, last };
}
const shut: Opened = { kind: 'shut', isRefused: false };
const refused: Opened = { kind: 'shut', isRefused: true };
const open: Opened = { kind: 'opened', texts: ['adk_1'] };

describe('opening the keyring', () => {
  it('is one question where it is unlocked, and nothing is said meanwhile', async () => {
    const { keyring, pass, last, states, opened, questions, clock } = rig();
    keyring.lock = 'unlocked';
    await pass(5);
    last().answer(open);
    await pass(60);
    expect(opened).toEqual([['adk_1']]);
    expect(states).toEqual([]);
    expect(questions).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it('waits for the person who is asked, and says that it is locked', async () => {
    const { keyring, pass, last, states, opened, questions } = rig();
    await pass(3);
    expect(states).toEqual(['locked']);
    await pass(500);
    expect(questions).toHaveLength(1);
    keyring.lock = 'unlocked';
    last().answer(open);
    await pass(1);
    expect(opened).toEqual([['adk_1']]);
  });

  it('does not ask a person again who did not want to, until it was unlocked elsewhere', async () => {
    const { keyring, pass, last, states, opened, questions } = rig();
    await pass(3);
    last().answer(shut);
    await pass(7_200);
    expect(questions).toHaveLength(1);
    expect(states).toEqual(['locked']);
    keyring.lock = 'unlocked';
    await pass(3);
    expect(questions).toHaveLength(2);
    last().answer(open);
    await pass(1);
    expect(opened).toEqual([['adk_1']]);
  });

  it('asks a person again who wants to be asked', async () => {
    const { pass, last, opening, questions } = rig();
    await pass(3);
    last().answer(shut);
    await pass(30);
    opening.askAgain();
    await pass(1);
    expect(questions).toHaveLength(2);
    // Each wish is one question.
    last().answer(shut);
    await pass(600);
    expect(questions).toHaveLength(2);
  });

  it('puts a question anew that nothing is heard of, when a person wants it tried', async () => {
    const { keyring, pass, last, opening, opened, questions, states } = rig();
    keyring.lock = 'silent';
    await pass(25);
    expect(states).toEqual(['silent']);
    opening.askAgain();
    await pass(1);
    expect(questions).toHaveLength(2);
    expect(questions[0]?.isOpen).toBe(false);
    // And each time that they want it.
    opening.askAgain();
    await pass(1);
    expect(questions).toHaveLength(3);
    last().answer(open);
    await pass(1);
    expect(opened).toEqual([['adk_1']]);
  });

  it.each(['absent', 'unlocked'] as const)(
    'takes a slow failure for a person who closed its question, but only for an hour where it was never locked (%s)',
    async (lock) => {
      const { keyring, pass, last, opening, opened, questions, states } = rig();
      keyring.lock = lock;
      await pass(4);
      for (let hour = 1; hour <= 3; hour += 1) {
        last().answer(refused);
        await pass(3_590);
        expect(questions).toHaveLength(hour);
        await pass(20);
        expect(questions).toHaveLength(hour + 1);
      }
      // They are told what to do about it.
      expect(states).toEqual(['locked']);
      last().answer(refused);
      await pass(60);
      opening.askAgain();
      await pass(1);
      expect(questions).toHaveLength(5);
      // A service that was only slow, and goes on as one that is not there.
      last().answer(shut);
      await pass(15);
      expect(questions).toHaveLength(6);
      last().answer(open);
      await pass(1);
      expect(opened).toEqual([['adk_1']]);
    },
  );

  it.each(['absent', 'unlocked'] as const)(
    'does not come back to a person who closed its question where it is seen locked later (%s)',
    async (lock) => {
      const { keyring, pass, last, opened, questions, states } = rig();
      keyring.lock = lock;
      await pass(4);
      last().answer(refused);
      await pass(60);
      keyring.lock = 'locked';
      await pass(60);
      // Whoever could tell is gone again.
      keyring.lock = 'absent';
      await pass(7_200);
      expect(questions).toHaveLength(1);
      expect(states).toEqual(['locked']);
      keyring.lock = 'unlocked';
      await pass(3);
      expect(questions).toHaveLength(2);
      // It is the keyring that can tell: this time it was a person again.
      last().answer(refused);
      await pass(7_200);
      expect(questions).toHaveLength(2);
      keyring.lock = 'locked';
      await pass(60);
      keyring.lock = 'unlocked';
      await pass(3);
      last().answer(open);
      await pass(1);
      expect(opened).toEqual([['adk_1']]);
    },
  );

  it('does not come back to a person who closed its question while it was locked', async () => {
    const { keyring, pass, last, questions, states } = rig();
    await pass(4);
    keyring.lock = 'absent';
    last().answer(refused);
    await pass(7_200);
    expect(questions).toHaveLength(1);
    expect(states).toEqual(['locked']);
  });

  it('does not come back to that person because the service was slow to tell for once', async () => {
    for (const lock of ['locked', 'unlocked', 'absent'] as const) {
      const { keyring, pass, last, questions, states } = rig();
      keyring.lock = lock;
      await pass(4);
      last().answer(lock === 'locked' ? shut : refused);
      await pass(600);
      keyring.lock = 'silent';
      await pass(30);
      keyring.lock = lock;
      await pass(600);
      expect(questions).toHaveLength(1);
      expect(states).toEqual(['locked']);
    }
  });

  it('notices that it was unlocked while a person closed the question', async () => {
    const { keyring, pass, last, questions } = rig();
    await pass(4);
    keyring.lock = 'unlocked';
    last().answer(refused);
    await pass(1);
    expect(questions).toHaveLength(2);
    // Only once.
    await pass(4);
    last().answer(refused);
    await pass(7_200);
    expect(questions).toHaveLength(2);
  });

  it('leaves a question as it is that a person can answer, or that has only just been put', async () => {
    for (const seconds of [1, 5]) {
      const { pass, opening, questions } = rig();
      await pass(seconds);
      opening.askAgain();
      await pass(5);
      expect(questions).toHaveLength(1);
      expect(questions[0]?.isOpen).toBe(true);
    }
  });

  it('puts a question anew that goes on although it was unlocked elsewhere, each time later', async () => {
    const { keyring, pass, last, questions } = rig();
    await pass(10);
    keyring.lock = 'unlocked';
    await pass(14);
    expect(questions).toHaveLength(2);
    expect(questions[0]?.isOpen).toBe(false);
    // A PC that needs this long to ask is not stopped for ever.
    await pass(23);
    expect(questions.length).toBeLessThanOrEqual(3);
    await pass(30);
    expect(last().isOpen).toBe(true);
  });

  it('asks anew where no answer came for ten minutes, but leaves a question before a person as it is', async () => {
    const { keyring, pass, last, questions } = rig();
    await pass(7_200);
    expect(questions).toHaveLength(1);
    keyring.lock = 'silent';
    await pass(5);
    expect(questions[0]?.isOpen).toBe(false);
    expect(questions).toHaveLength(2);
    await pass(590);
    expect(questions).toHaveLength(2);
    expect(last().isOpen).toBe(true);
  });

  it.each(['absent', 'silent'] as const)('asks ever more rarely where the keyring is %s', async (lock) => {
    const { keyring, pass, last, states, questions } = rig();
    keyring.lock = lock;
    await pass(1);
    const asked: number[] = [];
    for (let minute = 0; minute < 30; minute += 1) {
      for (let second = 0; second < 60; second += 1) {
        if (last().isOpen) last().answer(shut);
        await pass(1);
      }
      asked.push(questions.length);
    }
    expect(states).toEqual(['absent']);
    expect(asked[0]).toBeGreaterThanOrEqual(3);
    expect((asked[29] ?? 0) - (asked[19] ?? 0)).toBeLessThanOrEqual(3);
    expect((asked[29] ?? 0) - (asked[19] ?? 0)).toBeGreaterThanOrEqual(1);
  });

  it('says that no answer comes, but only after a time that a PC may need just after it was switched on', async () => {
    const { keyring, pass, states } = rig();
    keyring.lock = 'silent';
    await pass(15);
    expect(states).toEqual([]);
    await pass(10);
    expect(states).toEqual(['silent']);
  });

  it('ends when it is stopped, whatever it waits for', async () => {
    for (const seconds of [1, 30]) {
      const { pass, last, opening, opened, clock, states } = rig();
      await pass(seconds);
      if (seconds === 30) last().answer(shut);
      await pass(1);
      const before = [...states];
      opening.stop();
      await pass(30);
      expect(last().isOpen).toBe(false);
      expect(opened).toEqual([]);
      expect(states).toEqual(before);
      expect(clock.timers).toBe(0);
    }
  });
});
