import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to connections from now on. */
export type WireMode =
  | 'pass'
  /** Nothing more goes in either direction, and nothing is closed: a pulled cable. */
  | 'silent'
  /** Accepted and reset at once. */
  | 'reset';

/** A wire between gateway and server, on loopback, that can be cut as no well-behaved server would. */
export class TcpProxy {
  readonly #server: Server;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  mode: WireMode = 'pass';
  connections = 0;
  /** Bytes from the client that the wire still lets through; then it is reset. */
  #allowance = Number.POSITIVE_INFINITY;

  private constructor(host: string, port: number) {
    this.#target = { host, port };
    this.#server = createServer((near) => this.#join(near));
  }

  /** `origin`: for example `http://127.0.0.1:8080`. */
  static async to(origin: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(origin);
    const proxy = new TcpProxy(hostname, Number(port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get origin(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy is closed');
    return `http://127.0.0.1:${address.port}`;
  }

  /** Resets every connection once so many more bytes of the client have passed. */
  cutAfter(bytes: number): void {
    this.#allowance = bytes;
  }

  /** Ends every connection now, with a TCP reset. */
  resetAll(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
  }

  async close(): Promise<void> {
    this.resetAll();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(near: Socket): void {
    this.connections += 1;
    if (this.mode === 'reset') {
      near.resetAndDestroy();
      return;
    }
    const far = connect(this.#target);
    const pair = { near, far };
    this.#pairs.add(pair);
    const end = (): void => {
      this.#pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
    near.on('data', (chunk) => {
      if (this.mode === 'silent') return;
      this.#allowance -= chunk.length;
      if (this.#allowance < 0) {
        this.#allowance = Number.POSITIVE_INFINITY;
        near.resetAndDestroy();
        return;
      }
      if (!far.write(chunk)) near.pause();
    });
    far.on('drain', () => near.resume());
    far.on('data', (chunk) => {
      if (this.mode === 'silent') return;
      if (!near.write(chunk)) far.pause();
    });
    near.on('drain', () => far.resume());
  }
}
