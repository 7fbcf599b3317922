import { expect, onTestFinished, test } from 'vitest';
import { findCameras } from '../../electron/gateway/cameras.ts';
import { noUsbCameras } from '../../electron/gateway/source/usb/usb-cameras.ts';
import { SimulatedCamera } from '../../electron/simulator/simulated-camera.ts';
import { foundCameraSchema } from '../../shared/camera.ts';
import { gigeSourceSchema } from '../../shared/source-config.ts';

const address = '127.0.0.73';
const sources = [gigeSourceSchema.parse({ id: 'top', kind: 'gige', serial: 'SEARCH1' })];

async function search() {
  const camera = await SimulatedCamera.start({ address, serial: 'SEARCH1' });
  onTestFinished(() => camera.stop());
  const { cameras, problems } = await findCameras({ sources, addresses: [address], usb: noUsbCameras });
  const found = cameras.filter(({ serial }) => serial === 'SEARCH1');
  for (const one of found) foundCameraSchema.parse(one);
  return { found, problems };
}

test('a camera is found once, with the source that uses it; that USB can not be asked is said', async () => {
  const { found, problems } = await search();
  expect(found).toEqual([expect.objectContaining({ address, sourceId: 'top', problem: 'none', proposal: null })]);
  expect(problems.join(' ')).toContain('USB cameras can’t be listed');
});
