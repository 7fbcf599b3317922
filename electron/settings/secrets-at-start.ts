import { createWords } from '../../shared/messages/words.ts';
import type { Clock } from '../gateway/platform/clock.ts';
import type { Logger } from '../gateway/platform/logger.ts';
import { keyringShut, secretsOf } from '../gateway/wiring/shut-keyring.ts';
import type { LoadedConfig } from './config-file.ts';
import { type SecretName, type Secrets, secretVariables } from './secrets.ts';

/** The secrets while the program starts and is set up: what is waited for, and what the log is told. */

const momentMilliseconds = 3_000;

/** Begins to ask for what the configuration needs; where there is none, nothing has a use for a secret. */
export async function loadSecrets(secrets: Secrets, loaded: LoadedConfig, clock: Clock): Promise<void> {
  await secrets.load(loaded.kind === 'loaded' ? secretsOf(loaded.config) : []);
  // A keyring that is open answers in a moment: then a start that fails is told to the cloud too.
  await forAMoment(secrets, clock);
}

/** A person waits for these: they are asked for beside whatever was before. */
export async function readBesides(secrets: Secrets, names: readonly SecretName[], clock: Clock): Promise<void> {
  const values = secrets.all();
  // What was asked for is there, is waited for, or can't be opened.
  const before = (Object.keys(secretVariables) as SecretName[]).filter(
    (name) => values[name] !== null || secrets.waiting?.names.includes(name) || secrets.isForeign(name),
  );
  secrets.need([...before, ...names]);
  await forAMoment(secrets, clock);
}

async function forAMoment(secrets: Secrets, clock: Clock): Promise<void> {
  const enough = new AbortController();
  const cancel = clock.after(momentMilliseconds, () => enough.abort());
  await untilKeyringAnswers(secrets, enough.signal);
  cancel();
}

/** Whatever it answers: that it is locked is an answer as well. */
export const untilKeyringAnswers = (secrets: Secrets, signal?: AbortSignal): Promise<void> =>
  secrets.until((state) => state !== 'asking', signal);

/** Logs what keeps the secrets from being read; call it after every change. What is as it was is not logged again. */
export function secretsLog(secrets: Secrets, logger: Logger): () => void {
  let told = '';
  return () => {
    const { waiting, problems } = secrets;
    const now = JSON.stringify([waiting, problems]);
    if (now === told) return;
    told = now;
    if (waiting !== null && waiting.state !== 'asking') {
      const message = keyringShut(waiting);
      // Where nobody logs in, the log alone says what to do.
      logger.log('warn', 'keyring-shut', { ...waiting, message, hint: createWords().hint(message) });
    }
    for (const problem of problems) logger.log('warn', 'secret-not-read', { problem });
  };
}
