import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below what systems give to those who ask for any port (Linux from 32,768, others from 49,152): nobody gets it by
 * chance before it is used.
 */
const lowest = 10_000;
const highest = 32_000;
const mostAttempts = 100;

/** A port of loopback on which nobody listens: one to connect to in vain, or to start a server on. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('no free port was found');
}
