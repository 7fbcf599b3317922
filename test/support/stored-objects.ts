import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectStore } from '../../scripts/run/object-store.mjs';

export type StoredObject = { readonly key: string; readonly path: string; readonly writtenAt: number };

const suffix = '._S3rver_object';

/** What lies in the bucket of a local object storage, looked at on its disk. */
export async function storedObjects({ directory, bucket }: ObjectStore): Promise<readonly StoredObject[]> {
  const root = join(directory, bucket);
  const names = (await readdir(root, { recursive: true })).filter((name) => name.endsWith(suffix));
  return Promise.all(
    names.map(async (name) => ({
      key: name.slice(0, -suffix.length),
      path: join(root, name),
      writtenAt: (await stat(join(root, name))).mtimeMs,
    })),
  );
}

/** SHA-256 of each object's bytes, by its key. */
export async function objectHashes(store: ObjectStore): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const { key, path } of await storedObjects(store))
    hashes.set(
      key,
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    );
  return hashes;
}
