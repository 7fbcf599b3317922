import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';

/**
 * The plainest page that makes JPEGs of a USB camera's frames in Electron: one worker that draws, encodes, and forgets
 * the file. Returns how many it made in a second, and what part of the camera's frames they were.
 */
export async function plainUsbPage(
  folder: string,
  { seconds, quality, switches }: { seconds: number; quality: number; switches: readonly string[] },
): Promise<{ readonly perSecond: number; readonly droppedShare: number }> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'plain', main: 'main.cjs' }));
  await writeFile(join(folder, 'main.cjs'), main);
  await writeFile(join(folder, 'worker.js'), worker);
  await writeFile(join(folder, 'index.html'), page(seconds, quality / 100));
  const { executable, switches: own, env } = resolveElectron();
  const environment: NodeJS.ProcessEnv = { ...process.env, ...env };
  delete environment['ELECTRON_RUN_AS_NODE'];
  const words = [...own, `--user-data-dir=${join(folder, 'user')}`, ...switches, folder];
  const { stdout } = await promisify(execFile)(executable, words, { env: environment });
  const line = stdout.split('\n').find((one) => one.startsWith('{'));
  const { made, delivered, span } = JSON.parse(line ?? '{}') as { made: number; delivered: number; span: number };
  return { perSecond: (made * 1_000) / span, droppedShare: 1 - made / delivered };
}

const main = `
const { app, BrowserWindow, session } = require('electron');
app.whenReady().then(async () => {
  session.defaultSession.setPermissionRequestHandler((contents, permission, answer) => answer(true));
  const window = new BrowserWindow({ show: false, webPreferences: { backgroundThrottling: false } });
  window.webContents.on('page-title-updated', (event, title) => {
    if (!title.startsWith('{')) return;
    process.stdout.write(title + '\\n', () => app.exit(0));
  });
  await window.loadFile('index.html');
});
`;

const page = (seconds: number, quality: number): string => `<!doctype html><title>plain</title><script type="module">
const video = { width: { exact: 1920 }, height: { exact: 1080 }, frameRate: { ideal: 30 } };
const [track] = (await navigator.mediaDevices.getUserMedia({ video })).getVideoTracks();
const frames = new MediaStreamTrackProcessor({ track }).readable;
const worker = new Worker('worker.js');
const before = track.stats.totalFrames;
worker.onmessage = ({ data }) => {
  document.title = JSON.stringify({ ...data, delivered: track.stats.totalFrames - before });
};
worker.postMessage({ frames, milliseconds: ${seconds * 1_000}, quality: ${quality} }, [frames]);
</script>`;

const worker = `
onmessage = async ({ data: { frames, milliseconds, quality } }) => {
  const reader = frames.getReader();
  const canvas = new OffscreenCanvas(1920, 1080);
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
  const began = performance.now();
  let made = 0;
  while (performance.now() - began < milliseconds) {
    const { value: frame } = await reader.read();
    context.drawImage(frame, 0, 0);
    frame.close();
    await (await canvas.convertToBlob({ type: 'image/jpeg', quality })).arrayBuffer();
    made += 1;
  }
  postMessage({ made, span: performance.now() - began });
};
`;
