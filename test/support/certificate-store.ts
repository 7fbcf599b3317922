import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { SystemCertificates } from '../../electron/gateway/platform/stored-certificates.ts';
import { certificatesInFiles } from '../../electron/gateway/platform/system-certificates.ts';
import { authority } from './tls-server.ts';

/** A PC's store of certificates in a folder of its own, laid out as Linux distributions have it. */
export type TestStore = {
  readonly system: SystemCertificates;
  readonly bundle: string;
  /** Becomes the whole bundle. */
  readonly hold: (...texts: readonly string[]) => Promise<void>;
  /** Puts a certificate in the list of untrusted ones. */
  readonly block: (text: string) => Promise<void>;
};

export const authorityText = (name: 'plant-ca' | 'other-ca'): Promise<string> => readFile(authority(name), 'latin1');

export async function certificateStore(): Promise<TestStore> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-store-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bundle = join(folder, 'ca-certificates.crt');
  const blocklist = join(folder, 'blocklist');
  await mkdir(blocklist);
  return {
    bundle,
    system: certificatesInFiles({ bundles: [join(folder, 'none.pem'), bundle], blocklists: [blocklist] }),
    hold: (...texts) => writeFile(bundle, texts.join('\n')),
    block: (text) => writeFile(join(blocklist, 'blocked.pem'), text),
  };
}
