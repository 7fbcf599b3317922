import type { RemoteInfo, Socket } from 'node:dgram';
import { describeCause } from '../../../platform/errors.ts';
import { type LocalEnd, openUdpSocket } from '../network/udp-socket.ts';
import { GvcpError, isErrorStatus } from './gvcp-error.ts';
import {
  type Acknowledge,
  decodeAcknowledge,
  decodePending,
  nextCommandId,
  pendingAcknowledge,
} from './gvcp-packet.ts';

/**
 * Commands to one camera and their answers, over one socket.
 *
 * Invariants: one command is under way at a time; whatever the camera sends, each command ends after a bounded time;
 * only an answer from the camera's address and port, with the command's id, ends it.
 */

export type ExchangeOptions = {
  readonly address: string;
  readonly port: number;
  /** To send from. */
  readonly end: LocalEnd;
  readonly timeoutMilliseconds: number;
  readonly tries: number;
  readonly firstId: number;
  /** In all for one command, however often the camera says that it is still at it. */
  readonly longestPendingMilliseconds: number;
};

export type Question<T> = {
  /** What is asked, for logs: `read register 0x0a00`. */
  readonly asked: string;
  readonly command: number;
  readonly encode: (id: number) => Buffer;
  /** Null where the answer is not one to this question: it is ignored. */
  readonly decode: (payload: Buffer) => T | null;
  /** Goes before all that waits: the heartbeat, which else would stand behind a hundred reads of a dead camera. */
  readonly urgent?: boolean;
};

/** Datagrams that were not the awaited answer, by cause, and commands that were sent again. */
export type ExchangeCounters = {
  sent: number;
  repeated: number;
  pending: number;
  foreign: number;
  malformed: number;
  late: number;
};

type Job = {
  readonly question: Question<unknown>;
  readonly settle: (outcome: { readonly value: unknown } | { readonly error: unknown }) => void;
  id: number;
  tries: number;
  /** Since the command was first sent; limits what PENDING_ACK can ask for. */
  startedAt: number;
  /** The last thing that went wrong, for the error. */
  fault: string;
  timer: NodeJS.Timeout | undefined;
};

const statusBusy = 0x8007;

export class CommandExchange {
  readonly counters: ExchangeCounters = { sent: 0, repeated: 0, pending: 0, foreign: 0, malformed: 0, late: 0 };
  readonly #options: ExchangeOptions;
  readonly #socket: Socket;
  readonly #queue: Job[] = [];
  #current: Job | null = null;
  #nextId: number;
  #closed = false;

  private constructor(options: ExchangeOptions, socket: Socket) {
    this.#options = options;
    this.#socket = socket;
    this.#nextId = options.firstId;
    socket.on('message', (packet, from) => this.#receive(packet, from));
    // Errors that the network reports for an earlier datagram. The command's own time-out decides what becomes of it.
    socket.on('error', (error) => this.#note(describeCause(error)));
  }

  /** Rejects with the system's error where the local address is not there. */
  static async open(options: ExchangeOptions): Promise<CommandExchange> {
    return new CommandExchange(options, await openUdpSocket(options.end));
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Rejects with a `GvcpError`, or with the signal's reason. */
  ask<T>(question: Question<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason);
      if (this.#closed) return reject(closedError(question.asked));
      const abort = (): void => this.#end(job, { error: signal?.reason });
      const job: Job = {
        question,
        settle: (outcome) => {
          signal?.removeEventListener('abort', abort);
          if ('value' in outcome) resolve(outcome.value as T);
          else reject(outcome.error);
        },
        id: 0,
        tries: 0,
        startedAt: 0,
        fault: '',
        timer: undefined,
      };
      signal?.addEventListener('abort', abort, { once: true });
      if (question.urgent === true) this.#queue.unshift(job);
      else this.#queue.push(job);
      this.#advance();
    });
  }

  /** Rejects what waits. Nothing that arrives afterwards has any effect. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
    const open = [this.#current, ...this.#queue.splice(0)];
    for (const job of open) if (job !== null) this.#end(job, { error: closedError(job.question.asked) });
  }

  #advance(): void {
    if (this.#current !== null || this.#closed) return;
    const job = this.#queue.shift();
    if (job === undefined) return;
    this.#current = job;
    job.startedAt = performance.now();
    this.#giveId(job);
    this.#send(job);
  }

  #giveId(job: Job): void {
    job.id = this.#nextId;
    this.#nextId = nextCommandId(job.id);
  }

  #send(job: Job): void {
    job.tries += 1;
    this.counters.sent += 1;
    if (job.tries > 1) this.counters.repeated += 1;
    this.#wait(job, this.#options.timeoutMilliseconds);
    // The same id each time: a camera that did it already answers again instead of doing it twice.
    this.#socket.send(job.question.encode(job.id), this.#options.port, this.#options.address, (error) => {
      if (error !== null) job.fault = describeCause(error);
    });
  }

  #wait(job: Job, milliseconds: number): void {
    clearTimeout(job.timer);
    job.timer = setTimeout(() => this.#silence(job), milliseconds);
  }

  #silence(job: Job): void {
    if (job.tries < this.#options.tries) return this.#send(job);
    const { address, timeoutMilliseconds } = this.#options;
    const fault = job.fault === '' ? '' : ` (${job.fault})`;
    const technical = `${job.question.asked} of ${address}: ${job.tries} tries of ${timeoutMilliseconds} ms${fault}`;
    this.#end(job, { error: new GvcpError('timeout', technical) });
  }

  #receive(packet: Buffer, from: RemoteInfo): void {
    if (this.#closed) return;
    if (from.address !== this.#options.address || from.port !== this.#options.port) {
      this.counters.foreign += 1;
      return;
    }
    const answer = decodeAcknowledge(packet);
    if (answer === null) {
      this.counters.malformed += 1;
      return this.#note('a torn answer');
    }
    const job = this.#current;
    if (job === null || answer.id !== job.id) {
      this.counters.late += 1;
      return;
    }
    this.#answer(job, answer);
  }

  #answer(job: Job, answer: Acknowledge): void {
    if (answer.command === pendingAcknowledge) return this.#pending(job, answer);
    const { question } = job;
    if (isErrorStatus(answer.status)) {
      if (answer.status === statusBusy && job.tries < this.#options.tries) {
        // Asked again when the time-out is over, under a new id, lest the camera repeats its answer.
        this.#giveId(job);
        job.fault = 'busy';
        return;
      }
      return this.#end(job, { error: GvcpError.ofStatus(answer.status, question.asked) });
    }
    const value = answer.command === question.command + 1 ? question.decode(answer.payload) : null;
    if (value !== null) return this.#end(job, { value });
    this.counters.malformed += 1;
    job.fault = 'an answer that does not fit the question';
  }

  #pending(job: Job, answer: Acknowledge): void {
    const asked = decodePending(answer.payload);
    if (asked === null) {
      this.counters.malformed += 1;
      return;
    }
    this.counters.pending += 1;
    job.fault = 'the camera asked for more time';
    const left = job.startedAt + this.#options.longestPendingMilliseconds - performance.now();
    // Once the limit is reached, the wait that is under way is the last.
    if (left > 0) this.#wait(job, Math.max(this.#options.timeoutMilliseconds, Math.min(asked, left)));
  }

  #note(fault: string): void {
    if (this.#current !== null) this.#current.fault = fault;
  }

  #end(job: Job, outcome: { readonly value: unknown } | { readonly error: unknown }): void {
    clearTimeout(job.timer);
    if (this.#current === job) this.#current = null;
    else if (this.#queue.includes(job)) this.#queue.splice(this.#queue.indexOf(job), 1);
    job.settle(outcome);
    this.#advance();
  }
}

function closedError(asked: string): GvcpError {
  return new GvcpError('closed', `${asked}: the connection was closed`);
}
