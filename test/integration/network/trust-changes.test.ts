import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, rename, stat, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { meaningOfLoss } from '../../../electron/gateway/cloud/acusight/connection-failures.ts';
import { exchange } from '../../../electron/gateway/cloud/http/http-exchange.ts';
import { makeNetwork, type NetworkOptions } from '../../../electron/gateway/cloud/http/network.ts';
import type { AuthorityFileFacts } from '../../../electron/gateway/cloud/http/tls/authority-file-watch.ts';
import { authorityText, certificateStore } from '../../support/certificate-store.ts';
import { codeOf } from '../../support/spoken.ts';
import { temporaryFolder } from '../../support/store.ts';
import { answerJson, certificate, secureServer } from '../../support/tls-server.ts';

/** Authorities that change, are cut off or do not answer while the gateway runs. */

function askerOf(wish: Partial<NetworkOptions>) {
  const network = makeNetwork({
    tls: {},
    connections: 1,
    connectTimeoutMilliseconds: 2_000,
    userAgent: 'gateway/1',
    ...wish,
  });
  onTestFinished(() => network.close());
  /** Connections are kept where `headers` do not say otherwise. */
  return async (url: string, headers: Record<string, string> = {}): Promise<string> => {
    const answer = await exchange(network.transportFor(url), {
      method: 'GET',
      path: '/',
      headers,
      body: { kind: 'none' },
      silenceMilliseconds: 10_000,
    });
    if (answer.kind === 'answer') return answer.status === 200 ? 'ok' : `HTTP ${answer.status}`;
    return answer.kind === 'lost' ? codeOf(meaningOfLoss(answer.error, answer.sent).message) : answer.kind;
  };
}

const plant = await authorityText('plant-ca');
const other = await authorityText('other-ca');

async function fileWith(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'ca.pem');
  await writeFile(path, text);
  return path;
}

/** A pipe to which nobody writes: opening it takes for ever, as on a share that does not answer. */
async function hangingFile(): Promise<string> {
  const path = join(await temporaryFolder(), 'pipe.pem');
  execFileSync('mkfifo', [path]);
  return path;
}

/** Whoever waits for the pipe goes on; before its folder is removed. */
async function letGo(path: string): Promise<void> {
  const pipe = await open(path, constants.O_RDWR | constants.O_NONBLOCK);
  await pipe.close();
}

describe.skipIf(process.platform === 'win32')('a file of authorities that does not answer', () => {
  test('holds up nothing after a refused certificate, and is used once it answers', async () => {
    const { port } = await secureServer('server');
    const url = `https://localhost:${port}`;
    const [caFile, pipe] = [await fileWith(other), await hangingFile()];
    const ask = askerOf({ tls: { caFile, systemAuthorities: false } });
    expect(await ask(url)).toBe('certificate-untrusted');
    await rename(pipe, caFile);
    // It writes when it is told, and by itself where this process could not tell it: then the first answer is another.
    const writer = spawn('sh', ['-c', 'read -r line; cat "$0" > "$1"', await fileWith(plant), caFile], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const rescue = spawn('sh', ['-c', 'sleep 15; cat "$0" > "$1"', await fileWith(plant), caFile], { stdio: 'ignore' });
    onTestFinished(async () => {
      writer.kill();
      rescue.kill();
      await letGo(caFile);
    });
    expect(await ask(url)).toBe('certificate-untrusted');
    expect(await ask(url)).toBe('certificate-untrusted');
    writer.stdin.end('\n');
    await once(writer, 'close');
    await expect.poll(() => ask(url), { timeout: 15_000 }).toBe('ok');
  });

  test('from the beginning is told, and takes no more than one thread however many ask', async () => {
    const { port } = await secureServer('server');
    const caFile = await hangingFile();
    onTestFinished(() => letGo(caFile));
    const tls = { caFile, systemAuthorities: false };
    const asked = Array.from({ length: 6 }, () => askerOf({ tls })(`https://localhost:${port}`));
    expect(new Set(await Promise.all(asked))).toEqual(new Set(['ca-file-unreadable']));
    // Four threads read files: they would all be gone.
    expect((await stat('/')).isDirectory()).toBe(true);
  });
});

test('a certificate that is cut off at the end of the file takes nothing from the others in it, and is told', async () => {
  const { port } = await secureServer('server');
  const caFile = await fileWith(`${plant}\n${other.slice(0, 200)}`);
  const told: AuthorityFileFacts[] = [];
  const ask = askerOf({ tls: { caFile, systemAuthorities: false }, onFile: (facts) => told.push(facts) });
  expect(await ask(`https://localhost:${port}`)).toBe('ok');
  expect(told).toEqual([{ path: caFile, authorities: 1, unusable: 1, fault: null }]);
});

test('a file whose whole entries are partly no certificates, or that has none but cut-off ones, is refused as before', async () => {
  const { port } = await secureServer('server');
  const noCertificate = '-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----\n';
  for (const text of [`${noCertificate}${plant}`, plant.slice(0, 200)]) {
    const ask = askerOf({ tls: { caFile: await fileWith(text), systemAuthorities: false } });
    expect(await ask(`https://localhost:${port}`)).toBe('ca-file-invalid');
  }
});

describe('a connection that is kept', () => {
  async function counting(listener: RequestListener = answerJson) {
    const { port, server } = await secureServer('server', listener);
    const counted = { connections: 0, url: `https://localhost:${port}` };
    server.on('secureConnection', () => {
      counted.connections += 1;
    });
    return counted;
  }

  test('carries no request after its certificate was distrusted', async () => {
    let requests = 0;
    const server = await counting((request, response) => {
      requests += 1;
      answerJson(request, response);
    });
    const { system, hold, block } = await certificateStore();
    await hold(plant);
    const ask = askerOf({ system });
    expect([await ask(server.url), await ask(server.url)]).toEqual(['ok', 'ok']);
    expect(server.connections).toBe(1);
    await block(certificate('server'));
    expect(await ask(server.url)).toBe('certificate-distrusted');
    expect(requests).toBe(2);
  });

  test('carries none after its authority was taken away', async () => {
    const server = await counting();
    const { system, hold } = await certificateStore();
    await hold(plant);
    const ask = askerOf({ system });
    expect(await ask(server.url)).toBe('ok');
    await hold(other);
    expect(await ask(server.url)).toBe('certificate-untrusted');
  });

  test('ends the request that is under way first', async () => {
    let answer: () => void = () => undefined;
    let begun: () => void = () => undefined;
    const arrived = new Promise<void>((resolve) => {
      begun = resolve;
    });
    let isFirst = true;
    const server = await counting((request, response) => {
      if (!isFirst) return answerJson(request, response);
      isFirst = false;
      answer = () => answerJson(request, response);
      begun();
    });
    const { system, hold, block } = await certificateStore();
    await hold(plant);
    const ask = askerOf({ system, connections: 2 });
    const slow = ask(server.url);
    await arrived;
    await block(certificate('server'));
    expect(await ask(server.url)).toBe('certificate-distrusted');
    answer();
    expect(await slow).toBe('ok');
  });
});
