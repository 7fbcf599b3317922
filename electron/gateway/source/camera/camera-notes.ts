import type { Message } from '../../../../shared/messages/message.ts';
import type { CameraNote } from './camera-device.ts';

/** What is to be known about a session's pictures: each kind is told once, and shown as long as the session lasts. */
export class CameraNotes {
  readonly #tell: (note: CameraNote) => void;
  readonly #notes = new Map<string, CameraNote>();
  #settings: readonly Message[] = [];

  constructor(tell: (note: CameraNote) => void) {
    this.#tell = tell;
  }

  /** A new session. `settings`: about saved settings that were not taken. */
  begin(settings: readonly Message[]): void {
    this.#notes.clear();
    this.#settings = settings;
  }

  /** True for the first of its kind. */
  take(note: CameraNote): boolean {
    if (this.#notes.has(note.about)) return false;
    this.#notes.set(note.about, note);
    this.#tell(note);
    return true;
  }

  /** Beside a camera that works. */
  get besides(): readonly Message[] {
    const notes = [...this.#notes.values()].filter(({ isLoss }) => !isLoss);
    return [...this.#settings, ...notes.map(({ message }) => message)];
  }
}
