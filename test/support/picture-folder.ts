import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeJpeg } from './pictures.ts';

export type PictureFolderWish = { readonly count: number; readonly bytes: number; readonly firstSeed?: number };

/** Fills a folder with real, different JPEGs of exactly that size. Returns their SHA-256. */
export async function fillFolder(
  folder: string,
  { count, bytes, firstSeed = 1 }: PictureFolderWish,
): Promise<Set<string>> {
  await mkdir(folder, { recursive: true });
  const hashes = new Set<string>();
  for (let index = 0; index < count; index += 1) {
    const seed = firstSeed + index;
    const picture = await makeJpeg({ width: 1024, height: 768, seed, targetBytes: bytes });
    hashes.add(createHash('sha256').update(picture).digest('hex'));
    await writeFile(join(folder, `frame-${String(seed).padStart(6, '0')}.jpg`), picture);
  }
  return hashes;
}
