import type { Pool } from 'undici';
import type { Transport } from './http-exchange.ts';

/** Connections to one server by one route. */
export type Way = { readonly pool: Pool; readonly transport: Transport };

/** There are two servers, each by a handful of proxies; a script may name others every time. */
const mostWays = 16;

/** The ways that are in use. One that is given up takes no more requests, ends those it has, and closes. */
export class Ways {
  readonly #known = new Map<string, Way>();
  readonly #leaving = new Set<Pool>();

  get(key: string, open: () => Way): Way {
    const way = this.#known.get(key) ?? open();
    // Behind the others: the first is the one that was not wanted for longest.
    this.#known.delete(key);
    this.#known.set(key, way);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= mostWays) break;
      this.#giveUp(oldest);
    }
    return way;
  }

  giveUpAll(): void {
    for (const key of this.#known.keys()) this.#giveUp(key);
  }

  async destroy(): Promise<void> {
    const pools = [...[...this.#known.values()].map(({ pool }) => pool), ...this.#leaving];
    this.#known.clear();
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #giveUp(key: string): void {
    const pool = this.#known.get(key)?.pool;
    this.#known.delete(key);
    if (pool === undefined) return;
    this.#leaving.add(pool);
    const gone = (): void => void this.#leaving.delete(pool);
    pool.close().then(gone, gone);
  }
}
