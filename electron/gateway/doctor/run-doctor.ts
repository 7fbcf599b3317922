import type { DoctorCheck } from '../../../shared/contract.ts';
import { message, type ParamsOf } from '../../../shared/messages/message.ts';
import { type FolderSourceConfig, isFolder } from '../../../shared/source-config.ts';
import { makeNetwork } from '../cloud/http/network.ts';
import { linuxSockets } from '../platform/linux-sockets.ts';
import { checkAuthorities } from './authorities.ts';
import { check, type Finding, type Found, fault, titleOf, untested, Visit } from './check.ts';
import { checkDataFolder, checkFsync, checkSpace } from './disk.ts';
import type { DoctorOptions } from './doctor-options.ts';
import { checkFolder } from './folders.ts';
import { checkApi, checkStorage } from './servers.ts';
import { checkInotify, checkReceiveBuffer, checkTimeZone } from './this-pc.ts';

const visitMilliseconds = 120_000;

/**
 * The site doctor: tests everything on the way from here to the cloud, and this PC. Needs no running gateway and
 * disturbs none. Every fault says what to do; what makes no sense after an earlier fault is skipped, with the reason.
 */
export async function* runDoctor(options: DoctorOptions): AsyncGenerator<DoctorCheck, void> {
  const { config, secrets, clock, signal } = options;
  const visit = new Visit(clock, signal, visitMilliseconds);
  const { cloud, sync } = config;
  const network = makeNetwork({
    tls: cloud.tls,
    proxy: cloud.proxy,
    proxyPassword: secrets.proxyPassword,
    connections: 1,
    connectTimeoutMilliseconds: Math.min(sync.connectTimeoutMilliseconds, 10_000),
    userAgent: options.userAgent,
    lookup: options.lookup,
    system: options.system,
    askProxy: options.askProxy,
  });
  const { shut = null } = options;
  if (shut !== null) yield check('keyring', titleOf('keyring'), fault(shut.message));
  try {
    const trusted = yield* checkAuthorities(config, options.system);
    const trust = trusted === null ? null : { trusted, settings: cloud.tls };
    yield* checkApi(visit, options, network, trust);
    if (cloud.mode === 'lan') yield* checkStorage(visit, options, network, trust);
  } finally {
    await network.close();
  }
  yield* checkThisPc(visit, options);
}

async function* checkThisPc(visit: Visit, options: DoctorOptions): AsyncGenerator<DoctorCheck, void> {
  const { config, dataDir, files, clock, isNetworkShare, mappedDriveOf } = options;
  const step = (code: ParamsOf<'check-of'>['context'], seconds = 5) => ({
    code,
    title: titleOf(code),
    limitMilliseconds: seconds * 1_000,
  });
  const only = async (found: Promise<Finding>): Promise<Found<never>> => ({ finding: await found, value: null });
  const folder = await visit.take(step('data-dir'), () => checkDataFolder(dataDir, files, isNetworkShare));
  yield folder.check;
  const place = folder.value;
  if (place === null) {
    for (const code of ['disk', 'fsync'] as const) yield check(code, titleOf(code), untested('data-dir'));
  } else {
    yield (await visit.take(step('disk'), () => only(checkSpace(place, config, files)))).check;
    yield (await visit.take(step('fsync', 20), (signal) => only(checkFsync(place, files, clock, signal)))).check;
  }
  const folders = config.sources.filter(isFolder);
  for (const source of folders) {
    const title = message('check-of-source', { source: source.name ?? source.id });
    const named = { code: `folder:${source.id}`, title, limitMilliseconds: 5_000 };
    yield (await visit.take(named, () => only(checkFolder(source, files, isNetworkShare, mappedDriveOf)))).check;
  }
  const { proc } = options;
  if (proc !== null && folders.some(isWatched)) {
    yield (await visit.take(step('inotify'), (signal) => only(checkInotify(proc, signal)))).check;
  }
  if (proc !== null && config.sources.some(({ kind }) => kind === 'gige')) {
    yield (
      await visit.take(step('receive-buffer'), () =>
        linuxSockets().then((sockets) => only(checkReceiveBuffer(proc, sockets))),
      )
    ).check;
  }
  yield check('time-zone', titleOf('time-zone'), checkTimeZone(config, options.timeZone, clock.now()));
}

const isWatched = ({ polling }: FolderSourceConfig): boolean => polling !== 'always';
