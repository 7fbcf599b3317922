import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { app, nativeImage } from 'electron';
import type { ConfigInput } from '../../shared/config.ts';
import type { GatewayHost } from '../gateway-thread/host.ts';
import { type DecodedPicture, picturesInTurn } from '../simulators/camera/pictures.ts';
import { SimulatedCamera } from '../simulators/camera/simulated-camera.ts';
import type { ImageRecord } from '../simulators/cloud/records.ts';

type Sources = NonNullable<ConfigInput['sources']>;

/** Each camera of the demo takes so many. */
const framesEach = 10;
const gigeAddress = '127.0.0.51';
const [gigeId, usbId] = ['gige-camera', 'usb-camera'];

/** Chromium's own USB camera, which has to be asked for before Electron is ready. */
export function plugInFakeUsbCamera(): void {
  app.commandLine.appendSwitch('use-fake-device-for-media-stream', 'device-count=1,fps=10');
}

/** A simulated GigE Vision camera on loopback that sees real photographs, and Chromium's fake USB camera. */
export class DemoCameras {
  readonly sources: Sources = [
    {
      id: gigeId,
      name: 'GigE camera, simulated',
      kind: 'gige',
      address: gigeAddress,
      features: { PixelFormat: 'BayerRG8', Width: 1280, Height: 960, AcquisitionFrameRate: 4 },
      trigger: { mode: 'free-run' },
      frames: framesEach,
    },
    {
      id: usbId,
      name: 'USB camera, simulated',
      kind: 'usb',
      device: 'fake_device_0',
      width: 1280,
      height: 720,
      trigger: { mode: 'interval', milliseconds: 300 },
      frames: framesEach,
    },
  ];
  readonly expected = 2 * framesEach;
  readonly #camera: SimulatedCamera;

  private constructor(camera: SimulatedCamera) {
    this.#camera = camera;
  }

  /** `pictures`: what the camera sees, in turn. */
  static async start(pictures: readonly string[]): Promise<DemoCameras> {
    const camera = await SimulatedCamera.start({
      address: gigeAddress,
      serial: 'DEMO1',
      sensorWidth: 1280,
      sensorHeight: 960,
      width: 1280,
      height: 960,
      picture: picturesInTurn(pictures.map(decoded)),
    });
    return new DemoCameras(camera);
  }

  /** What is wrong between the cameras' frames and the server. */
  async compare(gateway: GatewayHost, images: readonly ImageRecord[]): Promise<string[]> {
    const faults: string[] = [];
    for (const { id } of this.sources) {
      const own = images.filter(({ metadata }) => metadata?.['source'] === id);
      if (own.length !== framesEach) faults.push(`${own.length} of ${framesEach} frames of ${id} are on the server`);
      for (const { sha256, metadata } of own) {
        const stored = await gateway.call('original', { imageId: String(metadata?.['client_image_id']) });
        const bytes = stored === null ? null : await readFile(stored.path);
        if (bytes === null || createHash('sha256').update(bytes).digest('hex') !== sha256)
          faults.push(`a frame of ${id} differs on the server`);
      }
    }
    return faults;
  }

  stop(): Promise<void> {
    return this.#camera.stop();
  }
}

/** Chromium's own decoder is at hand here; it gives blue, green, red and alpha. */
function decoded(path: string): DecodedPicture {
  const image = nativeImage.createFromPath(path).resize({ width: 640, height: 480 });
  const { width, height } = image.getSize();
  const bitmap = image.toBitmap();
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel += 1) {
    data[pixel * 3] = bitmap[pixel * 4 + 2] ?? 0;
    data[pixel * 3 + 1] = bitmap[pixel * 4 + 1] ?? 0;
    data[pixel * 3 + 2] = bitmap[pixel * 4] ?? 0;
  }
  return { width, height, channels: 3, data };
}
