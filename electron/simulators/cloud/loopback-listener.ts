import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';

/** An HTTP listener on 127.0.0.1 that can be closed and opened again on the same port. */
export class LoopbackListener {
  readonly #server: Server;
  #port: number;

  constructor(port: number, listener: RequestListener) {
    this.#port = port;
    this.#server = createServer(
      // Slow clients are a thing to test here, not to defend against.
      { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000, noDelay: true },
      listener,
    );
  }

  get origin(): string {
    return `http://${HOST}:${this.#port}`;
  }

  get isOpen(): boolean {
    return this.#server.listening;
  }

  open(): Promise<void> {
    if (this.isOpen) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, HOST, () => {
        this.#server.off('error', reject);
        this.#port = (this.#server.address() as AddressInfo).port;
        resolve();
      });
    });
  }

  /** Refuses new connections and cuts those there are. */
  close(): Promise<void> {
    if (!this.isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
