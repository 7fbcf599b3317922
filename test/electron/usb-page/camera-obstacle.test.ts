import { expect, test } from 'vitest';
import { findObstacle } from '../../../electron/usb-page/camera-obstacle.ts';

const obstacle = (given: Readonly<Record<string, string>>) =>
  findObstacle({ hasSwitch: (name) => name in given, getSwitchValue: (name) => given[name] ?? '' });

test('a page is refused only where making it would end the whole program', () => {
  expect(obstacle({})).toBe(null);
  expect(obstacle({ 'in-process-gpu': '' })).toBe(null);
  expect(obstacle({ 'ozone-platform': 'x11', 'in-process-gpu': '' })).toBe(null);
  expect(obstacle({ 'ozone-platform': 'headless' })).toBe(null);
  expect(obstacle({ 'ozone-platform': 'headless', 'in-process-gpu': '', 'disable-gpu': '' })).toBe(null);
  expect(obstacle({ 'ozone-platform': 'headless', 'in-process-gpu': '' })).toContain('no screen');
});
