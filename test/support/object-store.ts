import { readdir, readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from './store.ts';

/** What is used of the S3 server, which comes without types. */
type S3rver = {
  readonly httpServer: Server;
  readonly run: () => Promise<{ readonly port: number }>;
  readonly close: () => Promise<void>;
};
type S3rverOptions = {
  readonly address: string;
  readonly port: number;
  readonly directory: string;
  readonly silent: boolean;
  readonly configureBuckets: readonly { readonly name: string; readonly configs: readonly string[] }[];
};

const S3 = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: S3rverOptions) => S3rver;

/** The one key that this server knows; it checks signatures, and no payload hashes. */
export const testAccessKey = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' } as const;

export type TestObjectStore = Awaited<ReturnType<typeof startObjectStore>>;

const suffix = '._S3rver_object';

/** An S3 server on loopback, in this process; it ends with the test. */
export async function startObjectStore(bucket = 'raw-data') {
  const directory = await temporaryFolder();
  const server = new S3({
    address: '127.0.0.1',
    port: 0,
    directory,
    silent: true,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  const requests: string[] = [];
  server.httpServer.prependListener('request', (request) => requests.push(`${request.method} ${request.url}`));
  let stopped: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    server.httpServer.closeAllConnections();
    stopped ??= server.close();
    return stopped;
  };
  onTestFinished(stop);
  const root = join(directory, bucket);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    bucket,
    stop,
    /** What it was asked, in order: `PUT /raw-data/…`. */
    requests,
    keys: async (): Promise<string[]> => {
      const names = await readdir(root, { recursive: true });
      return names
        .filter((name) => name.endsWith(suffix))
        .map((name) => name.slice(0, -suffix.length).replaceAll(sep, '/'))
        .sort();
    },
    bytesOf: (key: string): Promise<Buffer> => readFile(join(root, `${key}${suffix}`)),
  };
}
