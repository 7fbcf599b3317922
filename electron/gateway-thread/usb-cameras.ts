import type { z } from 'zod';
import {
  type CameraRequest,
  type FromCameraPage,
  type ToCameraPage,
  type UsbControlValue,
  type UsbMode,
  type UsbOpened,
  type UsbPicture,
  type UsbResult,
  type UsbSettings,
  type UsbTallies,
  usbControlsSchema,
  usbDeviceSchema,
  usbDevicesSchema,
  usbTalliesSchema,
} from '../../shared/usb-camera.ts';
import { type UsbFault, usbFault } from '../../shared/usb-fault.ts';
import type { Clock } from '../gateway/platform/clock.ts';
import { OpenRequests } from '../gateway/platform/open-requests.ts';

export type LinkEvents = {
  readonly onPicture: (picture: UsbPicture, tallies: UsbTallies) => void;
  readonly onTallies: (tallies: UsbTallies) => void;
  readonly onEnded: (fault: UsbFault) => void;
};

type Unasked<Request> = Request extends CameraRequest ? Omit<Request, 'request'> : never;

/** Longer than main waits for a page and for a camera, one after the other. */
const answerMilliseconds = 60_000;
/** Main tells the counts of an open camera every second. */
const quietMilliseconds = 15_000;

/** USB cameras as the gateway's thread sees them: by messages to main, which has the page that drives them. */
export class UsbPageClient {
  readonly #post: (message: ToCameraPage) => void;
  readonly #clock: Clock;
  readonly #open = new OpenRequests<UsbResult<unknown>>();
  readonly #streams = new Map<number, LinkEvents & { readonly heard: () => void; readonly over: () => void }>();
  readonly #listeners = new Set<() => void>();
  #lastStream = 0;

  constructor(post: (message: ToCameraPage) => void, clock: Clock) {
    this.#post = post;
    this.#clock = clock;
  }

  /** What main sends. */
  take(message: FromCameraPage): void {
    switch (message.type) {
      case 'answer':
        return this.#open.answer(message.request, { ok: true, value: message.value });
      case 'fault':
        return this.#open.answer(message.request, { ok: false, fault: message.fault });
      case 'changed':
        for (const listener of this.#listeners) listener();
        return;
      case 'picture': {
        const stream = this.#streams.get(message.stream);
        stream?.heard();
        stream?.onPicture(message.picture, message.tallies);
        return this.#post({ type: 'taken', stream: message.stream });
      }
      case 'tallies': {
        const stream = this.#streams.get(message.stream);
        stream?.heard();
        return stream?.onTallies(message.tallies);
      }
      case 'ended':
        return this.#end(message.stream, message.fault);
    }
  }

  find() {
    return this.#ask({ type: 'find' }, usbDevicesSchema);
  }

  onDevicesChanged(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async open(settings: UsbSettings, events: LinkEvents) {
    this.#lastStream += 1;
    const stream = this.#lastStream;
    this.#watch(stream, events);
    const opened = await this.#ask({ type: 'open', stream, settings }, usbDeviceSchema);
    if (!opened.ok) {
      this.#forget(stream);
      // It may be opened yet, by a page that was only slow.
      if (opened.fault.code === 'no-answer') void this.#ask({ type: 'close', stream }, null);
      return opened;
    }
    return { ok: true as const, value: this.#stream(stream, opened.value) };
  }

  #stream(stream: number, opened: UsbOpened) {
    return {
      opened,
      begin: (mode: UsbMode) => this.#ask({ type: 'begin', stream, mode }, null),
      trigger: () => this.#ask({ type: 'trigger', stream }, null),
      describe: () => this.#ask({ type: 'describe', stream }, usbControlsSchema),
      set: (name: string, value: UsbControlValue) => this.#ask({ type: 'set', stream, name, value }, null),
      /** The last counts; null where nobody tells them any more. */
      close: async (): Promise<UsbTallies | null> => {
        const answer = await this.#ask({ type: 'close', stream }, usbTalliesSchema);
        this.#forget(stream);
        return answer.ok ? answer.value : null;
      },
    };
  }

  #ask(message: Unasked<CameraRequest>, schema: null): Promise<UsbResult<null>>;
  #ask<Schema extends z.ZodType>(message: Unasked<CameraRequest>, schema: Schema): Promise<UsbResult<z.infer<Schema>>>;
  async #ask(message: Unasked<CameraRequest>, schema: z.ZodType | null): Promise<UsbResult<unknown>> {
    let cancel = (): void => undefined;
    const result = await this.#open.ask((request) => {
      const unanswered = { ok: false, fault: usbFault('no-answer') } as const;
      cancel = this.#clock.after(answerMilliseconds, () => this.#open.answer(request, unanswered));
      this.#post({ ...message, request });
    });
    cancel();
    if (!result.ok || schema === null) return result.ok ? { ok: true, value: null } : result;
    const parsed = schema.safeParse(result.value);
    return parsed.success
      ? { ok: true, value: parsed.data }
      : { ok: false, fault: usbFault('failed', { technical: 'the camera page’s answer has a wrong form' }) };
  }

  #watch(stream: number, events: LinkEvents): void {
    let cancel = (): void => undefined;
    const heard = (): void => {
      cancel();
      cancel = this.#clock.after(quietMilliseconds, () => this.#end(stream, usbFault('no-answer')));
    };
    this.#streams.set(stream, { ...events, heard, over: () => cancel() });
  }

  #end(stream: number, fault: UsbFault): void {
    const events = this.#streams.get(stream);
    this.#forget(stream);
    events?.onEnded(fault);
  }

  #forget(stream: number): void {
    this.#streams.get(stream)?.over();
    this.#streams.delete(stream);
  }
}
