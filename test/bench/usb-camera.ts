import { appendFile, glob, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { CloudProcess } from '../support/cloud-process.ts';
import { GatewayProcess } from '../support/gateway-process.ts';
import { withVips } from '../support/pictures.ts';
import { plainUsbPage } from '../support/plain-usb-page.ts';

/**
 * Chromium's fake USB camera with a film of real photographs, 1080p at 30 frames a second, through the whole gateway in
 * Electron to the server; then two cameras at once. What the camera delivered and nobody has was dropped. Beside it, in
 * the same run, the plainest page that has the browser make JPEGs of the same camera, and keeps none of them.
 *
 *   npm run bench usb-camera [-- --seconds 30 --two-seconds 10 --quality 90]
 */
const flag = (name: string, fallback: number): number => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : Number(process.argv[at + 1]);
};
const seconds = flag('seconds', 30);
const twoSeconds = flag('two-seconds', 10);
const quality = flag('quality', 90);
const perSecond = 30;
const startSeconds = 4;
const [width, height] = [1_920, 1_080];

/** Chromium plays a file of JPEGs one after the other, and over again; each is shown for a third of a second. */
async function film(file: string): Promise<void> {
  const demo = fileURLToPath(new URL('../../resources/demo/', import.meta.url));
  const names: string[] = [];
  for await (const name of glob('**/*.jpg', { cwd: demo })) names.push(join(demo, name));
  const photographs = await Promise.all(names.sort().map((name) => readFile(name)));
  const pictures = await withVips((vips) =>
    photographs.map((bytes) =>
      vips.Image.thumbnailBuffer(bytes, width, { height, crop: 'centre' })
        .colourspace('srgb')
        .jpegsaveBuffer({ Q: 85, subsample_mode: 'on', keep: 'none' }),
    ),
  );
  for (const picture of pictures) for (let times = 0; times < 10; times += 1) await appendFile(file, picture);
}

async function run(
  root: string,
  frames: number,
  devices: readonly string[],
  switches: readonly string[],
): Promise<void> {
  const folder = await mkdtemp(join(root, 'run-'));
  const server = await CloudProcess.start(join(folder, 'server'), '--store', 'hash-only');
  try {
    const gateway = await GatewayProcess.start({
      folder,
      deviceKey: server.deviceKey,
      switches,
      config: {
        cloud: { baseUrl: server.baseUrl, deviceId: 'simulated-device' },
        sources: devices.map((device, index) => ({
          id: `usb-${index}`,
          kind: 'usb' as const,
          device,
          width,
          height,
          frameRate: perSecond,
          trigger: { mode: 'free-run' as const },
          encode: { format: 'jpeg' as const, quality },
          frames,
        })),
      },
    });
    const { exitCode, stderr, log } = await gateway.ended;
    if (exitCode !== 0) throw new Error(`the gateway ended with ${exitCode}: ${stderr.slice(-500)}`);
    const delivered = await server.images();
    const database = new DatabaseSync(join(folder, 'data', 'gateway.sqlite'), { readOnly: true });
    for (let camera = 0; camera < devices.length; camera += 1) {
      const rows = database
        .prepare(`SELECT captured_at AS at FROM images WHERE source_id = ? ORDER BY captured_at`)
        .all(`usb-${camera}`) as { at: number }[];
      const span = ((rows.at(-1)?.at ?? 0) - (rows[0]?.at ?? 0)) / 1_000;
      const arrived = delivered.filter(({ metadata }) => metadata?.['source'] === `usb-${camera}`);
      // The camera's own count: frames that the browser, the encoder or the gateway gave up.
      const told = log.find(({ event, source }) => event === 'camera-disconnected' && source === `usb-${camera}`);
      const drops = Object.entries((told?.['drops'] ?? {}) as Record<string, number>);
      const lost = drops.reduce((sum, [, count]) => sum + count, 0);
      // While everything starts, the fake camera itself is late: it plays its film on this PC's processors.
      const after = rows.filter(({ at }) => at - (rows[0]?.at ?? 0) >= startSeconds * 1_000);
      const afterSpan = ((after.at(-1)?.at ?? 0) - (after[0]?.at ?? 0)) / 1_000;
      process.stdout.write(
        `${devices.length} at once, camera ${camera}: ${rows.length} frames stored in ${span.toFixed(1)} s ` +
          `(${(rows.length / span).toFixed(1)} a second; ` +
          `after ${startSeconds} s ${((after.length - 1) / afterSpan).toFixed(2)} for ${afterSpan.toFixed(1)} s), ${arrived.length} delivered, ` +
          `${lost} dropped (${((lost / (rows.length + lost)) * 100).toFixed(2)} %) ${JSON.stringify(Object.fromEntries(drops))}\n`,
      );
    }
    database.close();
  } finally {
    await server.stop();
  }
}

const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
try {
  const file = join(root, 'film.mjpeg');
  await film(file);
  const fake = '--use-fake-device-for-media-stream';
  const filmed = [`${fake}=fps=${perSecond}`, `--use-file-for-fake-video-capture=${file}`];
  const plain = await plainUsbPage(join(root, 'plain'), { seconds: 10, quality, switches: filmed });
  process.stdout.write(
    `the plainest page: ${plain.perSecond.toFixed(1)} JPEGs a second, ${(plain.droppedShare * 100).toFixed(1)} % of the frames dropped\n`,
  );
  // Chromium calls this camera by the file's name.
  await run(root, (startSeconds + seconds) * perSecond, [file], filmed);
  await run(
    root,
    (startSeconds + twoSeconds) * perSecond,
    ['fake_device_0', 'fake_device_1'],
    [`${fake}=device-count=2,fps=${perSecond}`],
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
