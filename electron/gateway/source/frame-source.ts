import { type Message, message } from '../../../shared/messages/message.ts';
import type { SourceSnapshot, SourceWarning } from '../../../shared/snapshot.ts';
import type { LogFields, Logger } from '../platform/logger.ts';

type Said = Pick<SourceStatus, 'state' | 'message'>;

/** What a source says of itself, in its own name: to the person at the window, and in the log. */
export class SourceCondition {
  readonly #sourceId: string;
  readonly #logger: Logger;
  #said: Said = { state: 'starting', message: message('source-starting') };
  #silent: Said | null = null;
  readonly #warnings = new Map<string, SourceWarning>();
  /** No events are to be had: the folder is looked through regularly instead. */
  polling = false;
  /** No file can be taken, though the folder can be looked through: over once one is taken, or anything else is said. */
  waitsForOffer = false;

  constructor(sourceId: string, logger: Logger) {
    this.#sourceId = sourceId;
    this.#logger = logger;
  }

  get said(): Said {
    return this.#silent ?? this.#said;
  }

  /** The folder answers neither with files nor with an error; whatever else is said of it is not known. */
  get silent(): boolean {
    return this.#silent !== null;
  }

  /** `since`: when it was asked, wall clock. */
  isSilent(since: number): void {
    if (this.#silent !== null) return;
    const silent = message('folder-silent', { since });
    this.log('warn', 'source-silent', { message: silent });
    this.#silent = { state: 'failed', message: silent };
  }

  answers(): void {
    if (this.#silent === null) return;
    this.#silent = null;
    this.log('info', 'source-answers', { state: this.#said.state });
  }

  say(state: SourceState, said: Message): void {
    if (state !== this.#said.state) this.log('info', 'source-state', { state, message: said });
    this.#said = { state, message: said };
    this.waitsForOffer = false;
  }

  /** What a person should see to although pictures are collected, one of each code. */
  get warnings(): readonly SourceWarning[] {
    return [...this.#warnings.values()];
  }

  warn(warning: SourceWarning): void {
    if (!this.#warnings.has(warning.code)) this.log('warn', 'source-warning', warning);
    this.#warnings.set(warning.code, warning);
  }

  calm(code: SourceWarning['code']): void {
    if (this.#warnings.delete(code)) this.log('info', 'source-warning-over', { code });
  }

  sayWatching(): void {
    this.say('watching', message(this.polling ? 'source-polling' : 'source-watching'));
  }

  log(level: 'info' | 'warn', event: string, fields: LogFields): void {
    this.#logger.log(level, event, { source: this.#sourceId, ...fields });
  }
}

export type { SourceWarning };
export type SourceState = SourceSnapshot['state'];

export type SourceStatus = {
  readonly state: SourceState;
  readonly message: Message;
  /** Files seen and not yet quiet and complete; of a camera, frames on their way into the store. */
  readonly settling: number;
  readonly unmatchedSidecars: number;
  /** True once a full scan has been made and nothing it found is waiting; of a camera, once it has stored its number of frames. */
  readonly drained: boolean;
  readonly polling: boolean;
  /** What a person should see to although pictures are collected; a camera has none. */
  readonly warnings?: readonly SourceWarning[];
};

export type FrameSource = {
  readonly id: string;
  readonly start: () => void;
  /** Stops watching and waits for offers under way. */
  readonly stop: () => Promise<void>;
  readonly status: () => SourceStatus;
  /** The paths of sidecars that wait for their picture, at most `limit`; a camera has none. */
  readonly unmatchedSidecars: (limit: number) => readonly string[];
  /** Looks at one file again now, although it was refused before; a camera has none. */
  readonly recheck: (path: string) => void;
};
