import { onlineManager } from '@tanstack/react-query';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type FailedRequest, inquire, requests } from '../../../renderer/gateway/requests.ts';
import { failureSaying } from '../../support/spoken.ts';

afterEach(() => {
  requests.clear();
  onlineManager.setOnline(true);
  vi.unstubAllGlobals();
});

describe('a question that takes seconds', () => {
  const expose = () => {
    const answers: ((value: unknown) => void)[] = [];
    const invoke = () => new Promise((resolve) => answers.push(resolve));
    vi.stubGlobal('window', { gateway: { invoke, subscribe: () => () => undefined } });
    return answers;
  };
  const state = () => requests.getQueryState<unknown, FailedRequest>(['doctor.run']);

  it('is asked once, however often it is ordered before its answer', async () => {
    const answers = expose();
    const both = [inquire('doctor.run'), inquire('doctor.run')];
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.({ ok: true, value: { checks: [] } });
    await Promise.all(both);
    expect(answers).toHaveLength(1);
    expect(state()).toMatchObject({ data: { checks: [] }, fetchStatus: 'idle' });
  });

  it('is asked while this PC is offline: the gateway is on it', async () => {
    const answers = expose();
    onlineManager.setOnline(false);
    const asked = inquire('doctor.run');
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.({ ok: true, value: { checks: [] } });
    await asked;
  });

  it('is not asked again by itself when it failed, and says why in the gateway’s words', async () => {
    const answers = expose();
    const error = failureSaying('Busy.', 'Wait.');
    const asked = inquire('doctor.run');
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.({ ok: false, error });
    await asked;
    expect(state()?.error?.failure).toEqual(error);
    expect(answers).toHaveLength(1);
  });
});
