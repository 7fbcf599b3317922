import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runNpm } from './command.mjs';
import { SetupFailure } from './failure.mjs';

/**
 * Fetches a package that is not installed, and takes it only as it is known here.
 *
 * @param {{ readonly package: string, readonly sha512: string }} origin `name@version`; the hash in base64
 * @param {string} folder where the archive comes to lie, alone
 * @returns {Promise<string>} the archive's path
 */
export async function fetchArchive(origin, folder) {
  await runNpm(['pack', origin.package, '--pack-destination', folder, '--loglevel', 'error'], {
    cwd: folder,
    hint: 'check that the npm registry answers (`npm ping`), then run this command again',
  });
  const name = (await readdir(folder)).find((each) => each.endsWith('.tgz'));
  if (!name) throw new SetupFailure(`npm fetched no archive of ${origin.package}`);
  const file = path.join(folder, name);
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('base64');
  if (found === origin.sha512) return file;
  throw new SetupFailure(`the archive of ${origin.package} is not the one this project knows`, {
    detail: `expected sha512-${origin.sha512}\nfound    sha512-${found}`,
    hint: 'do not use it; look at the registry that `npm config get registry` names',
  });
}
