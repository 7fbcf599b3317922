import { createServer, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { listen } from './tls-server.ts';

/**
 * A reverse proxy that takes a request whole, at any speed, and passes it on over a thin uplink, as nginx does by itself:
 * when its client gives up, so does it. Ends with the test.
 */
export async function bufferingProxy(origin: string, bytesPerSecond: number) {
  const { hostname, port: innerPort } = new URL(origin);
  const slices = 20;
  const taken: string[] = [];
  const { port } = await listen(
    createServer((asked, response) => {
      const chunks: Buffer[] = [];
      asked.on('data', (chunk: Buffer) => chunks.push(chunk));
      asked.on('error', () => undefined);
      asked.on('end', async () => {
        const { method = '', url = '', headers } = asked;
        taken.push(`${method} ${url}`);
        const body = Buffer.concat(chunks);
        const passed = request({ host: hostname, port: innerPort, method, path: url, headers });
        passed.on('error', () => response.destroy());
        passed.on('response', (told) => {
          response.writeHead(told.statusCode ?? 502, told.headers);
          told.pipe(response);
        });
        response.on('close', () => passed.destroy());
        const size = Math.ceil(body.length / slices);
        for (let at = 0; at < body.length && !passed.destroyed; at += size) {
          await wait((1_000 * size) / bytesPerSecond);
          if (!passed.destroyed) passed.write(body.subarray(at, at + size));
        }
        if (!passed.destroyed) passed.end();
      });
    }),
  );
  return { origin: `http://127.0.0.1:${port}`, taken };
}
