import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { StreamCounters } from '../../electron/gateway/source/camera/camera-device.ts';
import { pictureHead, stepsFor } from '../../renderer/usb-page/jpeg/jpeg-tables.ts';
import { testImage, withVips } from '../support/pictures.ts';
import { UsbProbe } from '../support/usb-probe.ts';

const twoCameras = ['--use-fake-device-for-media-stream=device-count=2,fps=30'];
const fileCamera = (file: string) => [
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${file}`,
];

let probe: UsbProbe;
beforeAll(async () => {
  probe = await UsbProbe.prepare();
});
afterEach(() => probe.close());
afterAll(() => probe.dispose());

const dropped = ({ drops }: StreamCounters): number => Object.values(drops).reduce((sum, frames) => sum + frames, 0);
const until = (name: string, frames: number) =>
  expect.poll(async () => (await probe.state(name)).counters.frames, { timeout: 30_000 }).toBeGreaterThan(frames);
const untilLost = (name: string) => expect.poll(async () => (await probe.state(name)).lost, { timeout: 20_000 });

/** As the gateway does it: again until it works. */
async function reopen(name: string, device: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    try {
      return await probe.open(name, { device });
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(500);
    }
  }
}

test('two cameras are listed and opened, and every frame of theirs is handed over or counted', async () => {
  await probe.launch(twoCameras);
  const found = await probe.find();
  expect(found.map(({ kind, model, problem }) => [kind, model, problem])).toEqual([
    ['usb', 'fake_device_0', 'none'],
    ['usb', 'fake_device_1', 'none'],
  ]);
  await probe.open('one');
  await probe.open('two', { device: found[1]?.id ?? '', encode: { format: 'jpeg', quality: 80 } });
  await until('one', 30);
  await until('two', 30);
  for (const name of ['one', 'two']) {
    const { counters, numbers, sizes, torn, capturedAt, lost } = await probe.closeCamera(name);
    expect(lost).toBe(null);
    expect(torn).toBe(0);
    expect(sizes).toEqual([[1920, 1080]]);
    expect(counters.frames).toBe(numbers.length);
    expect(counters.frames).toBeGreaterThan(30);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    // Each number up to the last belongs to a frame or to a drop.
    expect(counters.frames + dropped(counters)).toBeGreaterThanOrEqual(numbers.at(-1) ?? 0);
    expect(capturedAt).toEqual([...capturedAt].sort((a, b) => a - b));
    expect(Math.abs(Date.now() - (capturedAt.at(-1) ?? 0))).toBeLessThan(20_000);
  }
  // Ids must be the same after a restart: sources are configured by them.
  await probe.close();
  await probe.launch(twoCameras);
  expect((await probe.find()).map(({ id }) => id)).toEqual(found.map(({ id }) => id));
});

test('a lower frame rate is kept by the browser, without a frame counted as lost', async () => {
  await probe.launch(twoCameras);
  await probe.open('slow', { frameRate: 5 });
  await until('slow', 20);
  const { counters, capturedAt } = await probe.closeCamera('slow');
  const seconds = ((capturedAt.at(-1) ?? 0) - (capturedAt[0] ?? 0)) / 1_000;
  // The camera gives 30; a busy machine may make it fewer, but never more than was asked for.
  expect((capturedAt.length - 1) / seconds).toBeLessThan(6);
  expect(counters.drops).toEqual({});
});

test('every n-th frame is encoded and the others are counted as skipped; a PNG is whole, at the size asked for', async () => {
  await probe.launch(twoCameras);
  await probe.open(
    'third',
    { width: 640, height: 480, encode: { format: 'png', quality: 90 } },
    { kind: 'free-run' },
    3,
  );
  await until('third', 10);
  const { counters, numbers, sizes, torn } = await probe.closeCamera('third');
  expect(torn).toBe(0);
  expect(sizes).toEqual([[640, 480]]);
  expect(numbers.every((number) => number % 3 === 1)).toBe(true);
  expect(counters.drops['skipped']).toBeGreaterThanOrEqual(20);
});

test('a JPEG is made right from the camera’s planes, and has the colours that the browser shows', async () => {
  const [width, height] = [640, 480];
  const still = await withVips((vips) =>
    testImage(vips, width, height).jpegsaveBuffer({ Q: 95, subsample_mode: 'on', keep: 'none' }),
  );
  const file = join(probe.folder, 'still.mjpeg');
  await writeFile(file, Buffer.concat(Array.from({ length: 10 }, () => still)));
  await probe.launch(fileCamera(file));
  const device = (await probe.find())[0]?.model ?? '';
  const newest: Buffer[] = [];
  for (const format of ['jpeg', 'png'] as const) {
    await probe.open(format, { device, width, height, encode: { format, quality: 95 } });
    await until(format, 3);
    newest.push(Buffer.from((await probe.closeCamera(format)).newest, 'base64'));
  }
  const [jpeg, png] = newest as [Buffer, Buffer];
  // The browser's own encoder, which takes its place where it must, writes another head.
  const head = Buffer.from(pictureHead(width, height, stepsFor(95)));
  expect(jpeg.subarray(0, head.length).equals(head)).toBe(true);
  expect((await probe.events()).join('\n')).not.toContain('camera-page-says');
  const differences = await withVips((vips) => {
    const [ours, shown] = [jpeg, png].map((bytes) => vips.Image.newFromBuffer(bytes).extractBand(0, { n: 3 }));
    const bands = ours!.subtract(shown!);
    return [0, 1, 2].map((band) => ({
      mean: bands.extractBand(band).avg(),
      spread: bands.extractBand(band).deviate(),
    }));
  });
  for (const { mean, spread } of differences) {
    expect(Math.abs(mean)).toBeLessThan(0.5);
    expect(spread).toBeLessThan(2);
  }
});

test('where there is no memory for the encoder the browser takes its place, and the log says so', async () => {
  await probe.launch([...twoCameras, '--js-flags=--wasm-max-mem-pages=20']);
  await probe.open('one');
  await until('one', 5);
  const { torn, newest, counters, lost } = await probe.closeCamera('one');
  expect([torn, lost, counters.drops['encode-failed'] ?? 0]).toEqual([0, null, 0]);
  const head = Buffer.from(pictureHead(1920, 1080, stepsFor(90)));
  expect(Buffer.from(newest, 'base64').subarray(0, head.length).equals(head)).toBe(false);
  expect((await probe.events()).join('\n')).toMatch(/camera-page-says .*The browser encodes the pictures: RangeError/);
});

test('with triggers there is one picture for each, a fresh one, and the trigger ends when it is on its way', async () => {
  await probe.launch(twoCameras);
  await probe.open('one', {}, { kind: 'software' });
  await delay(500);
  expect((await probe.state('one')).counters.frames).toBe(0);
  for (let trigger = 1; trigger <= 5; trigger += 1) {
    const asked = Date.now();
    await probe.call({ what: 'trigger', name: 'one' });
    const { numbers, capturedAt } = await probe.state('one');
    expect(numbers.length).toBe(trigger);
    expect((capturedAt.at(-1) ?? 0) - asked).toBeGreaterThan(-400);
  }
  const { counters, numbers } = await probe.closeCamera('one');
  expect(numbers).toEqual([1, 2, 3, 4, 5]);
  expect(counters).toMatchObject({ frames: 5, drops: {} });
});

test('what is not there, not offered or not allowed is refused, each in its own words', async () => {
  await probe.launch(twoCameras);
  await expect(probe.open('x', { device: 'Logitech BRIO' })).rejects.toThrow(
    /missing: .*“Logitech BRIO” is not connected.*fake_device_0, fake_device_1/,
  );
  await expect(probe.open('x', { width: 1921 })).rejects.toThrow(
    /setting-refused: .*does not offer pictures of this size.*up to 3840 × 2160/,
  );
  await expect(probe.open('x', { controls: { exposureTime: 5_000 } })).rejects.toThrow(
    /setting-refused: .*“exposureTime”.*10 to 100 in steps of 5/,
  );
  await expect(probe.open('x', { controls: { torch: true } })).rejects.toThrow(/has no setting “torch”/);
  await expect(probe.open('x', {}, { kind: 'hardware', line: 'Line1', activation: 'RisingEdge' })).rejects.toThrow(
    /setting-refused: A USB camera has no input/,
  );
  await probe.allow('fake_device_1', false);
  await expect(probe.open('x', { device: 'fake_device_1' })).rejects.toThrow(/denied: .*permission was denied/);
  expect((await probe.events()).join('\n')).toContain('camera-permission-refused');
  await probe.allow('fake_device_1', true);
  await probe.open('two', { device: 'fake_device_1' });
  await until('two', 5);
});

test('settings of the camera are listed with their ranges, set while it runs, and told with each picture', async () => {
  await probe.launch(twoCameras);
  await probe.open('one', { controls: { exposureTime: 30, exposureMode: 'manual' } });
  const features = (await probe.call({ what: 'features', name: 'one' })) as { name: string; value: unknown }[];
  expect(features.find(({ name }) => name === 'exposureTime')).toMatchObject({
    displayName: 'Exposure time',
    kind: 'integer',
    value: 30,
    minimum: 10,
    maximum: 100,
    increment: 5,
    access: 'read-write',
  });
  expect(features.find(({ name }) => name === 'width')).toMatchObject({ access: 'read', value: 1920 });
  await until('one', 3);
  await probe.call({ what: 'set', name: 'one', feature: 'exposureTime', value: 50 });
  await probe.call({ what: 'set', name: 'one', feature: 'focusDistance', value: 75 });
  await expect(probe.call({ what: 'set', name: 'one', feature: 'focusMode', value: 'never' })).rejects.toThrow();
  await until('one', (await probe.state('one')).counters.frames + 10);
  const { exposures, lost } = await probe.closeCamera('one');
  expect(lost).toBe(null);
  expect(exposures[0]).toBe(3_000);
  expect(exposures.at(-1)).toBe(5_000);
});

test('a camera that is unplugged is lost in words, and is opened again once it is back', async () => {
  await probe.launch(twoCameras);
  await probe.open('model');
  await until('model', 3);
  const { newest } = await probe.closeCamera('model');
  await probe.close();
  const file = join(probe.folder, 'camera.mjpeg');
  const picture = Buffer.from(newest, 'base64');
  await writeFile(file, Buffer.concat(Array.from({ length: 10 }, () => picture)));

  await probe.launch(fileCamera(file));
  const [camera] = await probe.find();
  const device = camera?.model ?? '';
  await probe.open('line', { device });
  await until('line', 10);
  await rename(file, `${file}.away`);
  await probe.find();
  await untilLost('line').toMatch(/lost: .*was unplugged or switched off/);
  const { counters, numbers } = await probe.state('line');
  expect(counters.frames + dropped(counters)).toBeGreaterThanOrEqual(numbers.at(-1) ?? 0);
  await expect(probe.open('line', { device })).rejects.toThrow(/missing: .*This PC sees no USB camera at all/);
  await rename(`${file}.away`, file);
  await expect.poll(async () => (await probe.find()).length, { timeout: 20_000 }).toBe(1);
  await reopen('line', device);
  await until('line', 10);
});

test('a camera whose connection breaks off, and a page that crashes, end in words, and pictures come again', async () => {
  await probe.launch(twoCameras);
  await probe.open('one');
  await probe.open('two', { device: 'fake_device_1' });
  await until('one', 5);
  await until('two', 5);
  await probe.kill('captureProcess');
  await untilLost('one').toMatch(/lost: .*“fake_device_0” stopped sending pictures/);
  await untilLost('two').toMatch(/lost: .*“fake_device_1” stopped sending pictures/);
  await reopen('one', 'fake_device_0');
  await until('one', 5);

  await probe.kill('pageProcess');
  await untilLost('one').toMatch(/failed: The part of the program that reads USB cameras ended unexpectedly/);
  expect((await probe.events()).join('\n')).toContain('camera-page-gone');
  await reopen('one', 'fake_device_0');
  await until('one', 5);
});

test('without any screen the cameras work as well', async () => {
  await probe.launch(twoCameras, false);
  expect((await probe.find()).length).toBe(2);
  await probe.open('one');
  await until('one', 10);
  expect((await probe.closeCamera('one')).torn).toBe(0);
});

test('the page has no Node, sees no camera but the one it is to open, and can do and reach nothing else', async () => {
  await probe.launch(twoCameras);
  await probe.open('one');
  const inPage = <Value>(code: string): Promise<Value> =>
    probe.app.evaluate(({ webContents }, text) => webContents.getAllWebContents()[0]?.executeJavaScript(text), code);
  const nameOfError = (call: string) => inPage<string>(`${call}.then(() => 'done', (error) => error.name)`);
  expect(await inPage('location.origin')).toBe('acusight-gateway://camera');
  expect(await inPage('typeof require + typeof process + typeof module')).toBe('undefinedundefinedundefined');
  // Cameras are there, but nobody asked the page to open one now.
  expect(await nameOfError('navigator.mediaDevices.getUserMedia({ video: true })')).toBe('NotAllowedError');
  expect(await nameOfError('navigator.mediaDevices.getUserMedia({ audio: true })')).toBe('NotAllowedError');
  expect(await nameOfError('navigator.mediaDevices.getUserMedia({ audio: true, video: true })')).toBe(
    'NotAllowedError',
  );
  expect(await nameOfError('navigator.mediaDevices.getDisplayMedia()')).not.toBe('done');
  expect(await inPage('Notification.requestPermission()')).toBe('denied');
  expect(await nameOfError("fetch('http://127.0.0.1:9/')")).toBe('TypeError');
  expect(await nameOfError("fetch('acusight-gateway://camera/index.html')")).toBe('TypeError');
  expect(await inPage("window.open('https://example.com/') === null")).toBe(true);
  const ran = await inPage(
    "(() => { const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.head.append(s); return 'ran' in window })()",
  );
  expect(ran).toBe(false);
  await inPage("void (location.href = 'https://example.com/')");
  await delay(300);
  expect(await inPage('location.href')).toBe('acusight-gateway://camera/index.html');
  const before = (await probe.state('one')).counters.frames;
  await until('one', before + 3);
  const preferences = await probe.app.evaluate(({ webContents }) => {
    const [contents] = webContents.getAllWebContents();
    const { sandbox, contextIsolation, nodeIntegration, webSecurity } = (
      contents as unknown as { getLastWebPreferences: () => Electron.WebPreferences }
    ).getLastWebPreferences();
    const backgroundThrottling = contents?.getBackgroundThrottling();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, backgroundThrottling };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    backgroundThrottling: false,
  });
});
