import { connect, type Socket } from 'node:net';
import { type BusCall, type BusReply, decodeMessage, encodeCall } from './bus-message.ts';

/** Where this user's session bus listens; null where there is none. A name that begins with NUL lies in no folder. */
export function busPath(environment: Readonly<Record<string, string | undefined>>): string | null {
  const { DBUS_SESSION_BUS_ADDRESS: address = '', XDG_RUNTIME_DIR: runtime = '' } = environment;
  for (const place of address.split(';')) {
    const [, transport = '', named = ''] = /^([a-z]+):(.*)$/.exec(place) ?? [];
    if (transport !== 'unix') continue;
    const values = new Map(named.split(',').map((pair) => pair.split('=', 2) as [string, string]));
    const path = values.get('path');
    if (path !== undefined) return decodeURIComponent(path);
    const abstract = values.get('abstract');
    if (abstract !== undefined) return `\0${decodeURIComponent(abstract)}`;
  }
  return address === '' && runtime !== '' ? `${runtime}/bus` : null;
}

const bus = { destination: 'org.freedesktop.DBus', path: '/org/freedesktop/DBus', interface: 'org.freedesktop.DBus' };

/** One connection to the session bus, for a few questions one after the other. */
export class SessionBus {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, (reply: BusReply) => void>();
  readonly #failed: Promise<never>;
  #said: (text: string) => void = () => undefined;
  #isSpoken = false;
  #bytes = Buffer.alloc(0);
  #serial = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#failed = new Promise((_, reject) => {
      socket.once('error', reject);
      socket.once('close', () => reject(new Error('the session bus has hung up')));
      socket.on('data', (chunk) => {
        try {
          this.#take(chunk);
        } catch (error) {
          reject(error);
        }
      });
    });
    this.#failed.catch(() => undefined);
  }

  /** The signal ends the connection, whatever is asked on it. */
  static async open(path: string, signal: AbortSignal): Promise<SessionBus> {
    const opened = new SessionBus(connect({ path, signal }));
    try {
      await opened.#introduce();
      return opened;
    } catch (error) {
      opened.close();
      throw error;
    }
  }

  /** As the user whom the system knows at the other end of the socket. */
  async #introduce(): Promise<void> {
    const user = Buffer.from(String(process.getuid?.() ?? 0), 'latin1').toString('hex');
    const said = new Promise<string>((resolve) => {
      this.#said = resolve;
    });
    this.#socket.write(`\0AUTH EXTERNAL ${user}\r\n`);
    const answer = await Promise.race([said, this.#failed]);
    if (!answer.startsWith('OK ')) throw new Error('the session bus does not know this user');
    this.#isSpoken = true;
    this.#socket.write('BEGIN\r\n');
    await this.call({ ...bus, member: 'Hello', words: [] });
  }

  call(call: BusCall): Promise<BusReply> {
    this.#serial += 1;
    const serial = this.#serial;
    const answered = new Promise<BusReply>((resolve) => this.#waiting.set(serial, resolve));
    this.#socket.write(encodeCall(serial, call));
    return Promise.race([answered, this.#failed]);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.#isSpoken) {
      const end = this.#bytes.indexOf('\r\n');
      if (end < 0) return;
      const line = this.#bytes.toString('latin1', 0, end);
      this.#bytes = this.#bytes.subarray(end + 2);
      return this.#said(line);
    }
    for (let found = decodeMessage(this.#bytes); found !== null; found = decodeMessage(this.#bytes)) {
      this.#bytes = this.#bytes.subarray(found.length);
      const { reply } = found;
      if (reply === null) continue;
      this.#waiting.get(reply.answers)?.(reply);
      this.#waiting.delete(reply.answers);
    }
  }
}
