import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeCause } from '../../electron/gateway/platform/errors.ts';
import { freePort } from './free-port.ts';

/**
 * A real S3 server, Ceph's RADOS gateway, on loopback: one monitor, one object server in memory, one gateway. Unlike
 * the small test server it checks payload hashes and answers as large storages do. Starting it takes about 15 s.
 *
 * Debian: `apt-get install --no-install-recommends ceph-mon ceph-osd radosgw ceph-common`.
 */

const runProgram = promisify(execFile);
const programs = ['ceph', 'ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'monmaptool'];

/** Which of Ceph's programs are missing on this machine; empty: all are there. */
export const missingCephPrograms = (): readonly string[] =>
  programs.filter((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).error !== undefined);

export const cephKey = { accessKeyId: 'gatewaykey', secretAccessKey: 'gatewaysecret' } as const;

export type CephGateway = { readonly endpoint: string; readonly stop: () => Promise<void> };

const cluster = '11111111-2222-3333-4444-555555555555';
const disk = '22222222-2222-3333-4444-555555555555';

/** Of one attempt. A quiet PC needs 15 s. */
const patienceMilliseconds = 90_000;

/** Twice where it has to: on a busy PC one of its programs may give up on another. Within 200 s. */
export async function startCeph(): Promise<CephGateway> {
  return startOnce().catch((first) =>
    startOnce().catch((second) => {
      throw new AggregateError([first, second], `${first}; and again: ${second}`);
    }),
  );
}

async function startOnce(): Promise<CephGateway> {
  const deadline = Date.now() + patienceMilliseconds;
  const run = (program: string, words: readonly string[], most = patienceMilliseconds) =>
    runProgram(program, [...words], { timeout: Math.max(1, Math.min(most, deadline - Date.now())) });
  const folder = await mkdtemp(join(tmpdir(), 'acusight-ceph-'));
  const [port, monitorPort] = [await freePort(), await freePort()];
  const config = join(folder, 'ceph.conf');
  const running: ChildProcess[] = [];
  const start = (program: string, ...words: string[]): void => {
    running.push(spawn(program, ['-c', config, ...words, '-f'], { stdio: 'ignore' }));
  };
  const until = async (what: string, attempt: () => Promise<unknown>): Promise<void> => {
    for (;;) {
      try {
        await attempt();
        return;
      } catch (error) {
        const ended = running.find((child) => child.exitCode !== null || child.signalCode !== null);
        if (ended !== undefined || Date.now() > deadline) {
          const words = ended === undefined ? 'not in time' : `${ended.spawnfile} ended`;
          throw new Error(`Ceph, ${what}: ${words}. ${describeCause(error)} ${await lastWords(folder)}`, {
            cause: error,
          });
        }
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
    }
  };
  const stop = async (): Promise<void> => {
    for (const child of running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (const name of ['mon', 'osd', 'rgw', 'run']) await mkdir(join(folder, name));
    await writeFile(join(folder, 'keyring'), '');
    await writeFile(config, settings(folder, port, monitorPort));
    const monmap = join(folder, 'monmap');
    const address = `[v1:127.0.0.1:${monitorPort}]`;
    await run('monmaptool', [
      '--create',
      '--addv',
      'a',
      address,
      '--fsid',
      cluster,
      '--set-min-mon-release',
      '16',
      monmap,
    ]);
    const keyring = join(folder, 'keyring');
    const monitor = ['--mkfs', '-i', 'a', '--monmap', monmap, '--keyring', keyring, '--mon-data', join(folder, 'mon')];
    await run('ceph-mon', ['-c', config, ...monitor]);
    start('ceph-mon', '-i', 'a');
    const ceph = (...words: string[]) => run('ceph', ['-c', config, ...words], 20_000);
    await until('the monitor', () => ceph('osd', 'new', disk));
    await run('ceph-osd', ['-c', config, '-i', '0', '--mkfs', '--osd-uuid', disk]).catch(() => undefined);
    const place = ['osd.0', '1.0', 'root=default', 'host=localhost'];
    await until('the place of the object server', () => ceph('osd', 'crush', 'add', ...place));
    start('ceph-osd', '-i', '0');
    await until('the object server', async () => {
      const { stdout } = await ceph('osd', 'stat', '--format', 'json');
      if (!/"num_up_osds":\s*1/.test(stdout)) throw new Error(stdout);
    });
    start('radosgw', '-n', 'client.rgw', `--rgw-data=${join(folder, 'rgw')}`);
    const endpoint = `http://127.0.0.1:${port}`;
    await until('the gateway', () => fetch(endpoint, { signal: AbortSignal.timeout(20_000) }));
    const admin = (...words: string[]) =>
      run('radosgw-admin', ['-c', config, '-n', 'client.rgw', 'user', ...words, '--uid=gateway'], 30_000);
    const key = [`--access-key=${cephKey.accessKeyId}`, `--secret-key=${cephKey.secretAccessKey}`];
    // Who is there by now, after an attempt that was not waited for, is not made again.
    await until('the user', () => admin('create', '--display-name=gateway', ...key).catch(() => admin('info')));
    return { endpoint, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

const settings = (folder: string, port: number, monitorPort: number): string => `[global]
fsid = ${cluster}
mon host = [v1:127.0.0.1:${monitorPort}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
mon data = ${folder}/mon
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/$name.log
mon cluster log file = /dev/null
client mount timeout = 10
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon warn on pool no redundancy = false
mon data avail crit = 1
mon data avail warn = 1
mon max pg per osd = 1000
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = ${folder}/osd
keyring = ${folder}/keyring
ms bind ipv6 = false
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw enable usage log = false
`;

/** The last line of each program's log. */
async function lastWords(folder: string): Promise<string> {
  const logs = ['mon.a', 'osd.0', 'client.rgw'].map(async (name) => {
    const text = await readFile(join(folder, `${name}.log`), 'utf8').catch(() => '');
    return `${name}: ${text.trimEnd().split('\n').at(-1)}`;
  });
  return (await Promise.all(logs)).join(' | ');
}
