import { statusCodes } from './wire/gvcp.ts';

/** Who may control the camera. One controller at a time, as long as it is heard. */

export type Peer = { readonly address: string; readonly port: number };

const exclusiveBit = 1;
const controlBit = 2;
export type Stolen = 'no' | 'control' | 'exclusive';

export class ControlPrivilege {
  readonly #released: (why: 'released' | 'heartbeat') => void;
  readonly #heartbeat: () => number;
  readonly #stolen: () => Stolen;
  #owner: string | null = null;
  #value = 0;
  #heardAt = 0;
  #timer: NodeJS.Timeout | null = null;

  /** `heartbeat`: milliseconds without a command after which the controller has lost it. */
  constructor(wiring: {
    readonly heartbeat: () => number;
    readonly stolen: () => Stolen;
    readonly released: (why: 'released' | 'heartbeat') => void;
  }) {
    this.#heartbeat = wiring.heartbeat;
    this.#stolen = wiring.stolen;
    this.#released = wiring.released;
  }

  get value(): number {
    const stolen = this.#stolen();
    if (stolen === 'no') return this.#value;
    return stolen === 'exclusive' ? exclusiveBit : controlBit;
  }

  get controlled(): boolean {
    return this.#owner !== null;
  }

  owns(peer: Peer): boolean {
    return this.#stolen() === 'no' && this.#owner === nameOf(peer);
  }

  mayRead(peer: Peer): boolean {
    return (this.value & exclusiveBit) === 0 || this.owns(peer);
  }

  /** Status of a write to the privilege register. */
  request(peer: Peer, value: number): number {
    if (this.value !== 0 && !this.owns(peer)) return statusCodes.accessDenied;
    const wanted = value & (exclusiveBit | controlBit);
    if (wanted === 0) {
      if (this.#owner !== null) this.drop('released');
      return statusCodes.success;
    }
    this.#owner = nameOf(peer);
    this.#value = wanted;
    this.#heardAt = performance.now();
    if (this.#timer === null) this.#watch();
    return statusCodes.success;
  }

  heard(peer: Peer): void {
    if (this.owns(peer)) this.#heardAt = performance.now();
  }

  drop(why: 'released' | 'heartbeat'): void {
    this.forget();
    this.#released(why);
  }

  /** Without telling anyone: the camera is switched off. */
  forget(): void {
    this.#owner = null;
    this.#value = 0;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #watch(): void {
    const left = this.#heardAt + this.#heartbeat() - performance.now();
    if (left <= 0) return this.drop('heartbeat');
    // The controller may shorten the time meanwhile.
    this.#timer = setTimeout(() => this.#watch(), Math.min(left, 100));
  }
}

const nameOf = ({ address, port }: Peer): string => `${address}:${port}`;
