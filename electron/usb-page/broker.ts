import {
  type CameraRequest,
  type FromCameraPage,
  fromCameraPageSchema,
  type ToCameraPage,
} from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';
import type { Clock } from '../gateway/platform/clock.ts';

type Post = (message: FromCameraPage) => void;
type Asked = { readonly id: number; readonly connection: Connection; readonly message: CameraRequest };

export type RelayOptions = {
  readonly clock: Clock;
  /** Somebody asks for something, and there is no page. */
  readonly needPage: () => void;
  /** The page says nothing, or opens no camera any more: what it waits for will never come. */
  readonly onStuck: () => void;
};

const openMilliseconds = 20_000;
const requestLimit = 256;

/**
 * Carries requests of the gateway (and of whoever else is connected) to the one camera page, and back what comes from
 * it, checked. Each side counts its own requests and streams; here they are told apart. Whatever happens to the page,
 * each request is answered once, and each open stream ends once.
 */
export class UsbPageBroker {
  readonly #asked = new Map<number, Asked>();
  readonly #streams = new Map<number, { readonly connection: Connection; readonly id: number }>();
  readonly #connections = new Set<Connection>();
  /** One camera is opened after the other: a permission that is asked for is then known to be for this one. */
  readonly #toOpen: Asked[] = [];
  readonly #options: RelayOptions;
  #opening: { readonly asked: Asked; readonly cancel: () => void } | null = null;
  #heard = 0;
  /** Openings in a row that the browser left unanswered. */
  #unanswered = 0;
  #send: ((message: ToCameraPage) => void) | null = null;
  #ids = 0;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** The camera that is being opened now, by id or name. */
  get openingDevice(): string | null {
    const message = this.#opening?.asked.message;
    return message?.type === 'open' ? message.settings.device : null;
  }

  get isIdle(): boolean {
    return this.#asked.size === 0 && this.#streams.size === 0;
  }

  connect(post: Post): { readonly take: (message: ToCameraPage) => void; readonly end: () => void } {
    const connection: Connection = { post, streams: new Map() };
    this.#connections.add(connection);
    return {
      take: (message) => this.#ask(connection, message),
      end: () => {
        this.#connections.delete(connection);
        for (const stream of connection.streams.values()) {
          this.#streams.delete(stream);
          this.#ids += 1;
          this.#send?.({ type: 'close', request: this.#ids, stream });
        }
        connection.streams.clear();
        for (const [id, asked] of this.#asked) if (asked.connection === connection) this.#asked.delete(id);
        const rest = this.#toOpen.filter((asked) => asked.connection !== connection);
        this.#toOpen.splice(0, this.#toOpen.length, ...rest);
      },
    };
  }

  /** There is a page: what was asked for meanwhile is sent. */
  attach(send: (message: ToCameraPage) => void): void {
    this.#send = send;
    for (const asked of [...this.#asked.values()]) if (asked.message.type !== 'open') send(this.#outward(asked));
    this.#openNext();
  }

  /** The page is gone, or can't be had: everything that it was to do has failed. */
  detach(fault: UsbFault): void {
    this.#send = null;
    this.#opening?.cancel();
    this.#opening = null;
    this.#toOpen.splice(0);
    const asked = [...this.#asked.values()];
    const streams = [...this.#streams.values()];
    this.#asked.clear();
    this.#streams.clear();
    const beingOpened = new Set(asked.filter(({ message }) => message.type === 'open').map(streamOf));
    for (const { connection, id } of streams) {
      const own = connection.streams.get(id);
      connection.streams.delete(id);
      if (own !== undefined && !beingOpened.has(own)) connection.post({ type: 'ended', stream: id, fault });
    }
    for (const { connection, message } of asked) connection.post({ type: 'fault', request: message.request, fault });

    function streamOf({ connection, message }: Asked): number | undefined {
      return 'stream' in message ? connection.streams.get(message.stream) : undefined;
    }
  }

  /** Anything at all may come from the page. */
  receive(received: unknown): void {
    this.#heard += 1;
    const parsed = fromCameraPageSchema.safeParse(received);
    if (!parsed.success) return;
    const message = parsed.data;
    switch (message.type) {
      case 'changed':
        for (const { post } of this.#connections) post(message);
        return;
      case 'answer':
      case 'fault':
        return this.#answer(message.request, message);
      default: {
        const stream = this.#streams.get(message.stream);
        if (stream === undefined) return;
        if (message.type === 'ended') this.#forget(message.stream);
        stream.connection.post({ ...message, stream: stream.id });
      }
    }
  }

  #ask(connection: Connection, message: ToCameraPage): void {
    if (!this.#connections.has(connection)) return;
    if (message.type === 'taken') {
      const stream = connection.streams.get(message.stream);
      if (stream !== undefined) this.#send?.({ ...message, stream });
      return;
    }
    const refuse = (fault: UsbFault): void => connection.post({ type: 'fault', request: message.request, fault });
    if (this.#asked.size >= requestLimit) return refuse(usbFault('overrun'));
    this.#ids += 1;
    const id = this.#ids;
    const asked = { id, connection, message };
    if (message.type === 'open') {
      connection.streams.set(message.stream, id);
      this.#streams.set(id, { connection, id: message.stream });
      this.#toOpen.push(asked);
    } else if ('stream' in message && !connection.streams.has(message.stream)) return refuse(usbFault('closed'));
    this.#asked.set(id, asked);
    if (this.#send === null) return this.#options.needPage();
    if (message.type === 'open') return this.#openNext();
    this.#send(this.#outward(asked));
  }

  #openNext(): void {
    if (this.#opening !== null || this.#send === null) return;
    const asked = this.#toOpen.shift();
    if (asked === undefined) return;
    const heard = this.#heard;
    const cancel = this.#options.clock.after(openMilliseconds, () => {
      if (this.#heard === heard) return this.#options.onStuck();
      const { stream } = asked.message as Extract<CameraRequest, { type: 'open' }>;
      const own = asked.connection.streams.get(stream);
      if (own !== undefined) this.#send?.({ type: 'close', request: 0, stream: own });
      this.#answer(asked.id, { type: 'fault', request: asked.id, fault: usbFault('no-answer') });
    });
    this.#opening = { asked, cancel };
    this.#send(this.#outward(asked));
  }

  #answer(id: number, message: Extract<FromCameraPage, { type: 'answer' | 'fault' }>): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    if (this.#opening?.asked.id === id) {
      this.#opening.cancel();
      this.#opening = null;
    }
    if (asked !== undefined) {
      const { connection, message: request } = asked;
      const isOver = request.type === 'close' || (request.type === 'open' && message.type === 'fault');
      if (isOver) this.#forget(connection.streams.get(request.stream));
      connection.post({ ...message, request: request.request });
      if (request.type === 'open' && this.#hasStuck(message)) return this.#options.onStuck();
    }
    this.#openNext();
  }

  /** The browser opens one camera after the other: behind one that never ends, no other gets its turn. */
  #hasStuck(message: FromCameraPage): boolean {
    const isUnanswered = message.type === 'fault' && message.fault.code === 'no-answer';
    this.#unanswered = isUnanswered ? this.#unanswered + 1 : 0;
    // Cameras that run well are disturbed only when it happens again.
    const disturbed = this.#streams.size > this.#toOpen.length;
    if (this.#unanswered === 0 || (disturbed && this.#unanswered < 2)) return false;
    this.#unanswered = 0;
    return true;
  }

  #forget(stream: number | undefined): void {
    const known = stream === undefined ? undefined : this.#streams.get(stream);
    if (stream === undefined || known === undefined) return;
    this.#streams.delete(stream);
    known.connection.streams.delete(known.id);
  }

  #outward({ id, connection, message }: Asked): ToCameraPage {
    if (!('stream' in message)) return { ...message, request: id };
    return { ...message, request: id, stream: connection.streams.get(message.stream) ?? 0 };
  }
}

type Connection = {
  readonly post: Post;
  /** The connection's own number of a stream -> the page's. */
  readonly streams: Map<number, number>;
};
