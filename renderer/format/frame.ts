import type { ImageDetail } from '../../shared/contract.ts';

type Frame = NonNullable<ImageDetail['frame']>;

const triggers: Readonly<Record<Frame['trigger'], string>> = {
  'free-run': 'Free run',
  interval: 'At an interval',
  software: 'On request',
  hardware: 'The camera’s input',
  burst: 'Burst',
};
const askers: Readonly<Record<string, string>> = { window: 'this window', command: 'a command' };

/** `On request · this window`, `The camera’s input · Line1`. */
export const formatTrigger = ({ trigger, triggeredBy }: Pick<Frame, 'trigger' | 'triggeredBy'>): string =>
  triggeredBy === '' ? triggers[trigger] : `${triggers[trigger]} · ${askers[triggeredBy] ?? triggeredBy}`;

/** `850 µs`, `12.5 ms`, `1.2 s`. */
export function formatExposure(microseconds: number): string {
  if (microseconds < 1_000) return `${Math.round(microseconds)} µs`;
  if (microseconds < 1_000_000) return `${(microseconds / 1_000).toFixed(microseconds < 100_000 ? 1 : 0)} ms`;
  return `${(microseconds / 1_000_000).toFixed(1)} s`;
}

/** Nanoseconds in decimal digits as seconds with six places, which say which of two frames was first. */
export function formatCameraTime(nanoseconds: string): string {
  if (!/^\d{1,20}$/.test(nanoseconds)) return nanoseconds;
  const digits = nanoseconds.padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9, -3)} s`;
}
