import { expect, test } from 'vitest';
import { rehearse } from '../../../../electron/gateway/source/gige/stream-rehearsal.ts';

test('every frame of the rehearsal gets whole: what is rehearsed is what happens', () => {
  expect(rehearse()).toBe(80);
});
