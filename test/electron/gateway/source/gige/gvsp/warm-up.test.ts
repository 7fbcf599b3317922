import { expect, test } from 'vitest';
import { warmUp } from '../../../../../../electron/gateway/source/gige/gvsp/warm-up.ts';

test('every frame of the rehearsal gets whole: what is rehearsed is what happens', () => {
  expect(warmUp()).toBe(80);
});
