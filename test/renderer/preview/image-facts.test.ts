import { expect, it } from 'vitest';
import { formatCameraTime, formatExposure, formatTrigger } from '../../../renderer/preview/image-facts.tsx';

it('says what made the camera take a frame, and who asked for it', () => {
  expect(formatTrigger({ trigger: 'free-run', triggeredBy: '' })).toBe('Free run');
  expect(formatTrigger({ trigger: 'software', triggeredBy: 'window' })).toBe('On request · this window');
  expect(formatTrigger({ trigger: 'hardware', triggeredBy: 'Line1' })).toBe('The camera’s input · Line1');
});

it('gives exposures in the unit that fits', () => {
  expect([850, 12_500, 250_000, 1_200_000].map(formatExposure)).toEqual(['850 µs', '12.5 ms', '250 ms', '1.2 s']);
});

it('gives the camera’s clock in seconds without losing the digits that tell two frames apart', () => {
  expect(formatCameraTime('123456789012345678')).toBe('123456789.012345 s');
  expect(formatCameraTime('1500')).toBe('0.000001 s');
  expect(formatCameraTime('soon')).toBe('soon');
});
