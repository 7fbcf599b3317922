import { app, MessageChannelMain, type Session, type WebContents, WebContentsView } from 'electron';
import { CAMERA_HOST, CAMERA_PORT } from '../../shared/camera-channel.ts';
import { APP_SCHEME } from '../../shared/channels.ts';
import type { FromCameraPage, ToCameraPage } from '../../shared/usb-camera.ts';
import { usbFault } from '../../shared/usb-fault.ts';
import { GrowingDelay, withoutJitter } from '../gateway/platform/backoff.ts';
import { systemClock } from '../gateway/platform/clock.ts';
import type { Logger } from '../gateway/platform/logger.ts';
import { lockedPage, lockNavigation } from '../window/hardening.ts';
import { UsbPageBroker } from './broker.ts';
import { findObstacle } from './camera-obstacle.ts';
import { openCameraSession } from './session.ts';

export type UsbPageOptions = {
  /** Folder of the built page, and the built preload script. */
  readonly page: string;
  readonly preload: string;
  /** May this camera, as its source or a person names it, be used? */
  readonly mayOpen: (device: string) => boolean;
  readonly logger: Logger;
};

/** The camera's side of a gateway thread. */
export type CameraConnection = {
  readonly take: (message: ToCameraPage) => void;
  /** The thread is gone: its cameras are let go. */
  readonly end: () => void;
};

const loadMilliseconds = 20_000;
const reopenBackoff = { first: 500, longest: 60_000 };
/** A page that lived so long was a good one. */
const healthyMilliseconds = 60_000;
/** Of Chromium's console. */
const warningLevel = 2;
/** Of one page. */
const mostHeard = 50;

/**
 * The hidden page that USB cameras are driven through, made when the first camera is asked for. It is a view without a
 * window: it needs no screen, so it works in a service too. When it ends unexpectedly, everyone who used it is told,
 * and the next one comes after a growing delay.
 */
export class UsbPage {
  readonly #options: UsbPageOptions;
  readonly #relay = new UsbPageBroker({
    clock: systemClock,
    needPage: () => this.#open(),
    onStuck: () => this.#view !== null && this.#gone(this.#view, 'it does not answer'),
  });
  #session: Session | null = null;
  #view: WebContentsView | null = null;
  #loading: NodeJS.Timeout | undefined;
  #resting: NodeJS.Timeout | undefined;
  readonly #delay = new GrowingDelay(reopenBackoff, withoutJitter);
  #openedAt = 0;
  #closed = false;

  constructor(options: UsbPageOptions) {
    this.#options = options;
  }

  connect(post: (message: FromCameraPage) => void): CameraConnection {
    return this.#relay.connect(post);
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#resting);
    this.#drop();
    this.#relay.detach(usbFault('closed'));
  }

  #open(): void {
    // Whoever asks meanwhile is answered by the page that comes then.
    if (this.#view !== null || this.#resting !== undefined) return;
    const obstacle = this.#closed ? 'the program is ending' : findObstacle(app.commandLine);
    if (obstacle !== null) return this.#relay.detach(usbFault('no-page', { technical: obstacle }));
    const { page, preload, mayOpen, logger } = this.#options;
    this.#session ??= openCameraSession({
      page,
      isPage: (contents) => contents === this.#view?.webContents,
      mayOpen: () => this.#relay.openingDevice !== null && mayOpen(this.#relay.openingDevice),
      onRefused: (permission, url) => logger.log('warn', 'camera-permission-refused', { permission, url }),
    });
    const view = new WebContentsView({
      webPreferences: {
        session: this.#session,
        preload,
        ...lockedPage,
      },
    });
    this.#view = view;
    this.#openedAt = performance.now();
    const contents = view.webContents;
    lockNavigation(contents);
    this.#hear(contents);
    contents.on('render-process-gone', (_event, { reason }) => this.#gone(view, reason));
    contents.on('did-fail-load', (_event, code, description) => this.#gone(view, `${description} (${code})`));
    contents.once('did-finish-load', () => this.#attach(view));
    this.#loading = setTimeout(() => this.#gone(view, 'it did not load in time'), loadMilliseconds);
    contents.loadURL(`${APP_SCHEME}://${CAMERA_HOST}/index.html`).catch(() => undefined);
  }

  /** Warnings and errors of the page and its threads: whoever looks for a cause finds them in the log. */
  #hear(contents: WebContents): void {
    let heard = 0;
    // The older of the two Electrons tells it by position, the newer says that as well.
    contents.on('console-message', (_details, level, text) => {
      if (level < warningLevel || heard >= mostHeard) return;
      heard += 1;
      this.#options.logger.log('warn', 'camera-page-says', { text: text.slice(0, 500) });
    });
  }

  #attach(view: WebContentsView): void {
    if (this.#view !== view) return;
    clearTimeout(this.#loading);
    const { port1, port2 } = new MessageChannelMain();
    port1.on('message', ({ data }) => this.#relay.receive(data));
    port1.start();
    view.webContents.postMessage(CAMERA_PORT, null, [port2]);
    this.#options.logger.log('info', 'camera-page-opened');
    this.#relay.attach((message) => port1.postMessage(message));
  }

  #gone(view: WebContentsView, reason: string): void {
    if (this.#view !== view || this.#closed) return;
    if (performance.now() - this.#openedAt > healthyMilliseconds) this.#delay.reset();
    const delay = this.#delay.next();
    this.#options.logger.log('error', 'camera-page-gone', { reason, delay });
    this.#drop();
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      if (!this.#relay.isIdle) this.#open();
    }, delay);
    this.#relay.detach(usbFault('page-gone', { technical: reason }));
  }

  #drop(): void {
    clearTimeout(this.#loading);
    const view = this.#view;
    this.#view = null;
    if (view !== null && !view.webContents.isDestroyed()) view.webContents.close();
  }
}
