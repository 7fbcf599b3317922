import { randomBytes } from 'node:crypto';
import { appendFile, chmod, copyFile, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished } from 'vitest';
import type { Interruption } from '../../../electron/gateway/gateway-options.ts';
import { interruptionByFall, interruptionOf } from '../../../electron/gateway/maintenance/halted.ts';
import type { WayToLose } from '../../../electron/gateway/model/ways-to-lose.ts';
import type { OperatorError } from '../../../electron/gateway/platform/errors.ts';
import type { SimulatorOptionsInput } from '../../../electron/simulators/camera/options.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { message } from '../../../shared/messages/message.ts';
import { asNobody } from '../../support/as-nobody.ts';
import {
  type GatewayWish,
  openGateway,
  smallPicture,
  startServer,
  type TestGateway,
  temporaryFolder,
} from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';
import { LostDisk } from '../../support/lost-disk.ts';
import { mayMount, mountMemory } from '../../support/memory-disk.ts';
import { makeJpeg } from '../../support/pictures.ts';

/** Each way to lose, really made to happen in a whole gateway. */

export type Server = Awaited<ReturnType<typeof startServer>>;

/** A gateway that has lost something in this way, and nothing else, and knows it. */
export type Lost = {
  readonly server: Server;
  readonly line: TestGateway;
  readonly pictures: number;
  /** Opens the next gateway, once the first has stopped, where only that one can write the ledger. */
  readonly next?: () => Promise<TestGateway>;
};

export type Scene = {
  readonly way: WayToLose;
  readonly how: string;
  readonly isPossible?: boolean;
  /** Around all of it. */
  readonly within?: (work: () => Promise<void>) => Promise<void>;
  /** Check-ins to wait for; more than one where the status was the same before. */
  readonly checkins?: number;
  readonly lose: () => Promise<Lost>;
};

const soon = { checkinSeconds: 5 } as const;

async function started(wish: Partial<GatewayWish> = {}) {
  const server = await startServer();
  const line = await openGateway({ ...server, ...wish, cloud: soon });
  line.gateway.start();
  return { server, line };
}

/** Larger than what is kept in memory of a file that is not quiet yet: a JPEG with 17 MB of comments. */
export async function largePicture(seed: number): Promise<Buffer> {
  const picture = await smallPicture(seed);
  const comment = Buffer.alloc(65_537);
  comment.writeUInt16BE(0xff_fe, 0);
  comment.writeUInt16BE(comment.length - 2, 2);
  return Buffer.concat([picture.subarray(0, 2), ...Array(260).fill(comment), picture.subarray(2)]);
}

/** A picture lies in the folder, was looked at, and is far from being quiet long enough to be taken. */
async function unsettled(name: string) {
  const { server, line } = await started({ source: { settleMilliseconds: 4_000 } });
  await line.until('it watches', ({ sources }) => sources[0]?.state === 'watching');
  await line.put(name, await largePicture(1));
  await line.until('it is seen', ({ sources }) => sources[0]?.settling === 1);
  await pause(500);
  return { server, line };
}

async function overwritten(): Promise<Lost> {
  const { server, line } = await unsettled('last.jpg');
  await line.put('last.jpg', await smallPicture(2));
  await line.until('the loss is known', ({ counts }) => counts.lost === 1);
  return { server, line, pictures: 1 };
}

async function vanished(): Promise<Lost> {
  const { server, line } = await unsettled('gone.jpg');
  await rm(join(line.input, 'gone.jpg'));
  await line.until('the loss is known', ({ counts }) => counts.lost === 1, 20_000);
  return { server, line, pictures: 1 };
}

/** Noise, so that no coder makes it small. */
async function filming(camera: Partial<SimulatorOptionsInput>, wish: Partial<GatewayWish> = {}) {
  const address = '127.0.0.77';
  const [width, height] = [256, 192];
  const simulated = await SimulatedCamera.start({
    address,
    serial: 'WTL1',
    sensorWidth: width,
    sensorHeight: height,
    width,
    height,
    framesPerSecond: 10,
    picture: () => randomBytes(width * height),
    ...camera,
  });
  onTestFinished(() => simulated.stop());
  const { server, line } = await started({
    cameras: [{ id: 'top', kind: 'gige', serial: 'WTL1', interface: '127.0.0.1', encode: { format: 'png' } }],
    ...wish,
  });
  return { server, line, camera: simulated };
}

async function frameLost(): Promise<Lost> {
  const { server, line, camera } = await filming({});
  await line.until('frames come', ({ counts }) => counts.collected >= 3, 20_000);
  camera.setFaults({ lossPerThousand: 300, resendAnswer: 'unavailable' });
  await line.until('the loss is known', ({ counts }) => counts.lost > 0, 20_000);
  camera.clearFaults();
  const { counts } = await line.until('it is told', ({ counts: { lostUnseen } }) => lostUnseen > 0);
  return { server, line, pictures: counts.lost };
}

async function frameWithoutRoom(): Promise<Lost> {
  const { server, line } = await filming({}, { deviceKey: null, store: { maxBytes: 1_000_000 } });
  await line.until('there is no room', ({ counts }) => counts.lost > 0, 30_000);
  line.setKey(server.deviceKey);
  line.operate('sync.tryNow', {});
  const { counts } = await line.until(
    'room is made',
    ({ disk, counts: { acknowledged } }) => disk.state !== 'full' && acknowledged > 0,
    20_000,
  );
  return { server, line, pictures: counts.lost };
}

async function frameRefused(): Promise<Lost> {
  const { server, line } = await filming({}, { ingest: { maxPixels: 1_000 } });
  const { counts } = await line.until('the loss is known', ({ counts: { lost } }) => lost > 0, 20_000);
  return { server, line, pictures: counts.lost };
}

/** Four pictures wait for the device key; their originals are deleted, and two of the stored ones are spoilt. */
async function payloadsSpoilt(spoil: (path: string) => Promise<void>): Promise<Lost> {
  const { server, line } = await started({ deviceKey: null, source: { afterIngest: 'delete' } });
  // Until then a picture may be kept in memory to be sent next, and is none the worse for its file.
  await line.until('nothing is sent', ({ connection }) => connection.state === 'key-missing');
  const hashes = await line.putPictures(4);
  await line.until('4 are stored', ({ counts }) => counts.collected === 4);
  for (const hash of [...hashes].slice(0, 2))
    await spoil(join(line.root, 'data', 'payloads', hash.slice(0, 2), `${hash}.jpg`));
  line.setKey(server.deviceKey);
  line.operate('sync.tryNow', {});
  await line.until('the loss is known', ({ counts }) => counts.gone === 2 && counts.acknowledged === 2);
  return { server, line, pictures: 2 };
}

/** As after an old copy of the database that was put back, where the journal is gone too. */
async function orphaned(): Promise<Lost> {
  const { server, line } = await started({ deviceKey: null, source: { afterIngest: 'delete' } });
  await line.putPictures(3);
  await line.until('3 are stored', ({ counts }) => counts.collected === 3);
  await line.stop();
  const dataDir = join(line.root, 'data');
  const database = new BetterSqlite3(join(dataDir, 'gateway.sqlite'));
  // All of it is as it was before the first picture.
  database.exec(`PRAGMA foreign_keys = OFF;
    DELETE FROM outbox; DELETE FROM images; DELETE FROM payloads; DELETE FROM source_files; DELETE FROM ledger;
    DELETE FROM ledger_tally; DELETE FROM tally; DELETE FROM sqlite_sequence;
    UPDATE payload_tally SET files = 0, bytes = 0`);
  database.close();
  await rm(join(dataDir, 'journal'), { recursive: true });
  const again = await openGateway({ ...server, root: line.root, cloud: soon });
  again.gateway.start();
  await again.until('it is known', ({ counts }) => counts.orphans === 3, 40_000);
  return { server, line: again, pictures: 3 };
}

/** The connection comes back, and a minute after the last that was dropped the disk is no news any more. */
async function dropped(): Promise<Lost> {
  const clock = new LeapingClock();
  const server = await startServer();
  await server.simulator.down();
  const line = await openGateway({
    ...server,
    clock,
    cloud: soon,
    store: { maxBytes: 1_000_000, whenFull: 'drop-oldest' },
    source: { afterIngest: 'delete' },
  });
  line.gateway.start();
  for (let seed = 1; seed <= 30; seed += 1) {
    await line.put(`${seed}.jpg`, await makeJpeg({ width: 64, height: 48, seed, targetBytes: 40_000 }));
    await line.until('it is taken', ({ counts }) => counts.collected === seed);
  }
  const { counts } = line.gateway.snapshot();
  await server.simulator.up();
  line.operate('sync.tryNow', {});
  await line.untilDrained();
  clock.leap(61_000);
  await line.until('nothing is dropped any more', ({ disk }) => disk.state !== 'full');
  return { server, line, pictures: counts.dropped };
}

async function labelIsLate(): Promise<Lost> {
  const { server, line } = await started({ source: { sidecar: { waitMilliseconds: 0 } } });
  await line.put('a.jpg', await smallPicture(1));
  await line.until('it is delivered', ({ counts }) => counts.acknowledged === 1);
  const box = { class_value: 'scratch', x_center: 0.5, y_center: 0.5, width: 0.2, height: 0.1 };
  await line.put('a.json', Buffer.from(JSON.stringify({ annotations: [box] })));
  await line.until('it is known', ({ counts }) => counts.labelsLate === 1);
  return { server, line, pictures: 1 };
}

async function originalsStayInFolder(): Promise<Lost> {
  const { server, line } = await started({ source: { afterIngest: 'delete', rescanSeconds: 1 } });
  await line.putPictures(4);
  await chmod(line.input, 0o555);
  await line.until('all are delivered', ({ counts }) => counts.acknowledged === 4);
  await line.until('it is known', ({ counts }) => counts.originalsStay === 4);
  onTestFinished(() => chmod(line.input, 0o755));
  return { server, line, pictures: 4 };
}

async function archiveIsFull(): Promise<Lost> {
  const archivePath = await temporaryFolder();
  mountMemory(archivePath, 'size=16k');
  await writeFile(join(archivePath, 'ballast'), Buffer.alloc(16_384));
  const { server, line } = await started({ source: { afterIngest: 'archive', archivePath, rescanSeconds: 1 } });
  await line.putPictures(4);
  await line.until('all are delivered', ({ counts }) => counts.acknowledged === 4);
  await line.until('it is known', ({ counts }) => counts.originalsStay === 4, 20_000);
  return { server, line, pictures: 4 };
}

const faultOf = (line: TestGateway): Promise<OperatorError> =>
  new Promise((resolve) => line.gateway.onStoreFault(resolve));

/** Pages of the database are overwritten while it is in use; in the end a person puts a copy of before into its place. */
async function databaseDamaged(): Promise<Lost> {
  const { server, line } = await started({ deviceKey: null });
  await line.putPictures(60);
  await line.until('60 are stored', ({ counts }) => counts.collected === 60, 20_000);
  await line.stop();
  const path = join(line.root, 'data', 'gateway.sqlite');
  const store = new BetterSqlite3(path);
  // A long list of notices: whoever has read it has nothing else of the database in memory any more.
  store.exec(`INSERT INTO refusals (source_id, path, bytes, modified_ms, severity, code, text, hint, at, shift)
    WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 40000)
    SELECT 'aoi', 'notice ' || n, 1, 1, 'notice', 'legacy', printf('%.600c', 'x'), '', 1, '' FROM n`);
  store.pragma('wal_checkpoint(TRUNCATE)');
  // Of images that are neither the oldest nor the newest: it is read when they are to be sent, and not before.
  const pages = store
    .prepare("SELECT pageno FROM dbstat WHERE name = 'images' AND pagetype = 'leaf' ORDER BY path")
    .pluck()
    .all()
    .slice(1, -1) as number[];
  const pageBytes = store.pragma('page_size', { simple: true }) as number;
  store.close();
  await copyFile(path, `${path}.copy`);
  const wish = { ...server, root: line.root, cloud: soon };
  const damaged = await openGateway({ ...wish, deviceKey: null });
  damaged.gateway.snapshot();
  const file = await open(path, 'r+');
  for (const page of pages) await file.write(Buffer.alloc(pageBytes, 0x5a), 0, pageBytes, (page - 1) * pageBytes);
  await file.close();
  damaged.gateway.start();
  damaged.setKey(server.deviceKey);
  expect(damaged.gateway.isStoreFault(failureOfReading(damaged))).toBe(true);
  await faultOf(damaged);
  return {
    server,
    line: damaged,
    pictures: damaged.gateway.snapshot().counts.inDoubt,
    next: async () => {
      await rm(`${path}-wal`, { force: true });
      await rm(`${path}-shm`, { force: true });
      await copyFile(`${path}.copy`, path);
      return openGateway(wish);
    },
  };
}

/** Of the list of pictures, as the window asks for it; the long list of notices takes it out of the database's memory. */
function failureOfReading(line: TestGateway): unknown {
  for (let tries = 0; tries < 20; tries += 1) {
    try {
      line.refusals();
      line.rows();
    } catch (error) {
      return error;
    }
  }
  return null;
}

async function diskAway(): Promise<Lost> {
  const root = await temporaryFolder();
  await mkdir(join(root, 'data'));
  const disk = await LostDisk.mount(join(root, 'data'), join(root, 'disk.img'));
  const { server, line } = await started({ root, deviceKey: null });
  await line.putPictures(3);
  await line.until('3 are stored', ({ counts }) => counts.collected === 3);
  line.setKey(server.deviceKey);
  disk.lose();
  line.operate('sync.tryNow', {});
  const fault = await faultOf(line);
  const interruption = interruptionOf(fault, line.gateway.snapshot(), Date.now());
  return {
    server,
    line,
    pictures: 3,
    next: async () => {
      disk.bringBack();
      return openGateway({ ...server, root, ...(interruption === null ? {} : { interruption }) });
    },
  };
}

const fell = (at: number): Interruption =>
  interruptionByFall(message('fell', { context: 'hung', reason: 'made to' }), 'made to', at);

/** Fell twice, and was started again each time. */
async function interrupted(cameras: GatewayWish['cameras']): Promise<Lost> {
  const { server, line } = await started();
  await line.stop();
  const wish = { ...server, root: line.root, cloud: soon, ...(cameras === undefined ? {} : { cameras }) };
  const once = await openGateway({ ...wish, interruption: fell(Date.now() - 5_000) });
  await once.stop();
  const falls = { times: 2, since: Date.now() - 5_000, why: fell(0).said };
  const twice = await openGateway({ ...wish, interruption: fell(Date.now()), falls });
  twice.gateway.start();
  return { server, line: twice, pictures: 2 };
}

export const scenes: readonly Scene[] = [
  { way: 'overwritten', how: 'file overwritten', lose: overwritten },
  { way: 'vanished', how: 'file vanished', lose: vanished },
  { way: 'frame-lost', how: 'frame dropped on its way', lose: frameLost },
  { way: 'frame-no-room', how: 'frame refused for room', lose: frameWithoutRoom },
  { way: 'frame-refused', how: 'frame too large to be stored', lose: frameRefused },
  { way: 'payload-missing', how: 'payload missing', lose: () => payloadsSpoilt((path) => rm(path)) },
  { way: 'payload-damaged', how: 'payload damaged', lose: () => payloadsSpoilt((path) => appendFile(path, 'x')) },
  { way: 'orphaned', how: 'orphans after a lost log', lose: orphaned },
  { way: 'dropped', how: 'ring buffer', checkins: 2, lose: dropped },
  { way: 'label-late', how: 'label lost', lose: labelIsLate },
  {
    way: 'original-stays',
    how: 'original not deletable',
    isPossible: process.platform !== 'win32',
    within: asNobody,
    lose: originalsStayInFolder,
  },
  { way: 'original-stays', how: 'archive disk full', isPossible: mayMount, lose: archiveIsFull },
  { way: 'store-damaged', how: 'database damaged', lose: databaseDamaged },
  { way: 'store-away', how: 'data disk gone', isPossible: LostDisk.isPossible, lose: diskAway },
  { way: 'interrupted', how: 'the thread fell', lose: () => interrupted(undefined) },
  {
    way: 'unwatched',
    how: 'the thread fell beside a camera',
    lose: () => interrupted([{ id: 'top', kind: 'gige', serial: 'NONE', interface: '127.0.0.1' }]),
  },
];
