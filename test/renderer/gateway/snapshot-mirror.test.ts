import { describe, expect, it } from 'vitest';
import {
  checkSilence,
  SILENCE_MILLISECONDS,
  startMirror,
  takeSnapshot,
} from '../../../renderer/gateway/gateway-store.ts';
import { scenarios } from '../../support/fake-gateway/scenarios.ts';

const calm = scenarios.calm?.snapshot;
if (calm === undefined) throw new Error('the scenario "calm" is gone');
const snapshot = (revision: number, instanceId = 'one') => ({ ...calm, revision, instanceId });

describe('the mirror of the snapshot', () => {
  it('ignores a snapshot that is older than the one shown', () => {
    const shown = takeSnapshot(startMirror(0), snapshot(7), 10);
    expect(takeSnapshot(shown, snapshot(6), 20)).toBe(shown);
    expect(takeSnapshot(shown, snapshot(8), 20).snapshot?.revision).toBe(8);
  });

  it('takes an unchanged snapshot as a sign of life', () => {
    const shown = takeSnapshot(startMirror(0), snapshot(7), 10);
    expect(takeSnapshot(shown, snapshot(7), 4_000).heardAt).toBe(4_000);
  });

  it('takes any snapshot of a gateway that was started anew', () => {
    const shown = takeSnapshot(startMirror(0), snapshot(700, 'one'), 10);
    expect(takeSnapshot(shown, snapshot(1, 'two'), 20).snapshot).toMatchObject({ instanceId: 'two', revision: 1 });
  });

  it('falls silent after five seconds without news, and not before', () => {
    const shown = takeSnapshot(startMirror(0), snapshot(7), 1_000);
    expect(checkSilence(shown, 1_000 + SILENCE_MILLISECONDS)).toBe(shown);
    const silent = checkSilence(shown, 1_001 + SILENCE_MILLISECONDS);
    expect(silent.link).toBe('silent');
    expect(takeSnapshot(silent, snapshot(8), 9_000).link).toBe('live');
  });

  it('falls silent when no first snapshot comes', () => {
    expect(checkSilence(startMirror(0), SILENCE_MILLISECONDS + 1).link).toBe('silent');
  });
});
