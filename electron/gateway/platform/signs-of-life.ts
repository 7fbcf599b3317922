import { closeSync, openSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import type Koffi from 'koffi';

/**
 * Tells whoever started this program that its main loop goes on, so that it is started again where it does not:
 *
 * - systemd, by datagrams (sd_notify(3)) to the socket that it names in `NOTIFY_SOCKET`; how often, by `WATCHDOG_USEC`;
 * - the launcher, by a count in the file that it names in `ACUSIGHT_BEAT_FILE`: no time, which a clock that is set or a
 *   PC that sleeps would falsify.
 *
 * The gateway's own thread is not asked here: main watches that one itself, in the same loop.
 */
export type SignsOfLife = {
  /** Whoever started it starts it again after an end that is no person's wish. */
  readonly startsAgain: 'system' | 'launcher' | null;
  /** In a few words, for whoever asks the system how this program is. */
  readonly status: (text: string) => void;
  /** The end was begun: how long that may take is watched from here on, and no beat is missed. */
  readonly stopping: () => void;
};

/**
 * What this program ends with where it is to be started again by whoever started it; `resources/linux/launcher.sh` knows
 * them. `drawingItself`: with Chromium's switch for that.
 */
export const startAgainCodes = { plain: 75, drawingItself: 76 } as const;

type Environment = Readonly<Record<string, string | undefined>>;

const beatMilliseconds = 2_000;
/** The count has always the same length, so that a disk that is full takes it too. */
const digits = 12;

/** Begins at once: what takes long at the start must not look like a program that hangs. */
export function giveSignsOfLife(environment: Environment): SignsOfLife {
  const notify = systemdSocket(environment['NOTIFY_SOCKET']);
  const count = beatFile(environment['ACUSIGHT_BEAT_FILE']);
  const watchdog = Number(environment['WATCHDOG_USEC'] ?? 0) / 1_000;
  const isWatched = watchdog > 0 && [undefined, String(process.pid)].includes(environment['WATCHDOG_PID']);
  let last = '';
  notify?.('READY=1');
  const beat = (): void => {
    count?.();
    if (isWatched) notify?.('WATCHDOG=1');
  };
  if (count !== null || (notify !== null && isWatched)) {
    beat();
    setInterval(beat, isWatched ? Math.min(beatMilliseconds, watchdog / 3) : beatMilliseconds).unref();
  }
  return {
    startsAgain: notify !== null ? 'system' : count !== null ? 'launcher' : null,
    status: (text) => {
      const line = text.replaceAll(/\s+/g, ' ');
      if (line === last) return;
      last = line;
      notify?.(`STATUS=${line}`);
    },
    stopping: () => notify?.('STOPPING=1'),
  };
}

function beatFile(path: string | undefined): (() => void) | null {
  if (path === undefined || path === '') return null;
  let beats = 0;
  let file: number | null = null;
  return () => {
    beats += 1;
    try {
      file ??= openSync(path, 'r+');
      writeSync(file, String(beats).padStart(digits, '0'), 0);
    } catch {
      if (file !== null) closeSync(file);
      file = null;
    }
  };
}

const unix = 1;
const datagram = 2;
const closeOnExec = 0o2000000;
const dontWait = 0x40;
const longestPath = 107;

/** Null where there is no such socket, or this is no system with a C library that can be called. */
function systemdSocket(name: string | undefined): ((line: string) => void) | null {
  if (name === undefined || !/^[/@]/.test(name) || process.platform !== 'linux') return null;
  const path = Buffer.from(name.replace(/^@/, '\0'));
  if (path.length > longestPath) return null;
  // sockaddr_un (unix(7)): family in the machine's order, and the path, or a name that begins with a zero.
  const address = Buffer.concat([Buffer.from(Uint16Array.of(unix).buffer), path]);
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const library = koffi.load('libc.so.6');
    const file = library.func('int socket(int domain, int type, int protocol)')(unix, datagram | closeOnExec, 0);
    if (file < 0) return null;
    const send = library.func(
      'int64_t sendto(int file, const void *data, size_t length, int flags, const void *address, uint32_t size)',
    );
    return (line) => {
      const bytes = Buffer.from(line);
      send(file, bytes, bytes.length, dontWait, address, address.length);
    };
  } catch {
    return null;
  }
}
