import { create } from 'zustand';
import type { DoctorCheck } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../gateway/bridge.ts';

/** The site doctor's last run. It goes on when the screen is left, and what it found stays until the next run. */
export type DoctorRun = {
  readonly runningSince: number | null;
  readonly finishedAt: number | null;
  readonly checks: readonly DoctorCheck[];
  readonly failure: Failure | null;
};

export const useDoctor = create<DoctorRun>()(() => ({
  runningSince: null,
  finishedAt: null,
  checks: [],
  failure: null,
}));

export async function runDoctor(): Promise<void> {
  if (useDoctor.getState().runningSince !== null) return;
  useDoctor.setState({ runningSince: Date.now(), failure: null });
  const answer = await call('doctor.run', {});
  useDoctor.setState(
    answer.ok
      ? { runningSince: null, finishedAt: Date.now(), checks: answer.value.checks, failure: null }
      : { runningSince: null, failure: answer.error },
  );
}
