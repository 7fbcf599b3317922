import { expect, test } from 'vitest';
import { cameraChecks } from '../../../../electron/gateway/wiring/camera-checks.ts';
import type { CameraSnapshot } from '../../../../shared/camera.ts';
import { doctorCheckSchema } from '../../../../shared/contract.ts';
import { legacy, message } from '../../../../shared/messages/message.ts';
import type { SourceSnapshot } from '../../../../shared/snapshot.ts';
import { spokenCheck } from '../../../support/spoken.ts';

const camera = (more: Partial<SourceSnapshot> & { readonly drops?: CameraSnapshot['drops'] }) =>
  ({
    id: 'top',
    kind: 'gige',
    name: 'Top',
    location: '10.0.0.9',
    state: 'watching',
    message: legacy('Taking pictures'),
    camera: { drops: more.drops ?? [] },
    ...more,
  }) as unknown as SourceSnapshot;

const lost = message('frames-lost', { context: 'incomplete', cause: 'incomplete' });
const refused = message('frames-lost-last', {
  what: message('frames-lost', { context: 'refused', cause: 'refused' }),
  last: message('frame-size-impossible', { width: 0, height: 0 }),
});

test('a camera that takes no pictures is a fault, one that loses some a warning, a folder no camera', () => {
  const checks = cameraChecks([
    camera({}),
    camera({ id: 'side', name: 'Side', state: 'missing', message: legacy('No such camera', 'Check its cable.') }),
    camera({ id: 'lossy', drops: [{ cause: 'incomplete', message: lost, frames: 12 }] }),
    camera({ id: 'large', drops: [{ cause: 'refused', message: refused, frames: 1 }] }),
    camera({ id: 'in', kind: 'folder' }),
  ]);
  for (const check of checks) expect(doctorCheckSchema.parse(check)).toEqual(check);
  expect(checks.map(spokenCheck)).toMatchObject([
    { code: 'camera:top', state: 'ok', text: 'Taking pictures.' },
    { code: 'camera:side', state: 'fault', text: 'No such camera.', hint: 'Check its cable.' },
    {
      code: 'camera:lossy',
      title: 'Camera Top',
      state: 'warning',
      text: 'Taking pictures. 12 frames were lost since the start.',
      hint: 'Parts were lost in the network. Check the camera’s cable and network, or lower its frame rate.',
      technical: 'incomplete: 12',
    },
    {
      text: 'Taking pictures. 1 frame was lost since the start.',
      hint: 'They can’t be stored. Last: A frame of 0 × 0 pixels is no picture. Check the camera’s settings for size and pixel format, and switch it off and on.',
      technical: 'refused: 1',
    },
  ]);
});
