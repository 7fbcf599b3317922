import type { LockState } from './keyring.ts';
import { busPath, SessionBus } from './session-bus.ts';

const service = { destination: 'org.freedesktop.secrets', path: '/org/freedesktop/secrets' };
/** It answers without looking anything up. */
const answerMilliseconds = 2_000;

/**
 * Whether this user's keyring is locked, as its service says (freedesktop.org Secret Service API). To read from it would
 * ask whoever sits at the PC for its password; this asks nobody, and starts no service.
 */
export async function lockState(environment: Readonly<Record<string, string | undefined>>): Promise<LockState> {
  const end = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<LockState>((resolve) => {
    timer = setTimeout(() => resolve('silent'), answerMilliseconds);
  });
  try {
    return await Promise.race([openBus(environment, end.signal).then(askService), late]);
  } catch {
    return 'absent';
  } finally {
    clearTimeout(timer);
    end.abort();
  }
}

async function openBus(
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<SessionBus> {
  const path = busPath(environment);
  if (path === null) throw new Error('there is no session bus');
  return SessionBus.open(path, signal);
}

async function askService(bus: SessionBus): Promise<LockState> {
  const { value: collection } = await bus.call({
    ...service,
    interface: 'org.freedesktop.Secret.Service',
    member: 'ReadAlias',
    words: ['default'],
  });
  if (typeof collection !== 'string' || collection === '/') return 'absent';
  const { value: locked } = await bus.call({
    ...service,
    path: collection,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    words: ['org.freedesktop.Secret.Collection', 'Locked'],
  });
  if (typeof locked !== 'boolean') return 'absent';
  return locked ? 'locked' : 'unlocked';
}
