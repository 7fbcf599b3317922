import { app } from 'electron';
import { systemClock } from '../gateway/platform/clock.ts';
import { endAtOnce } from '../gateway/platform/end-at-once.ts';
import { nodeFiles } from '../gateway/platform/files.ts';
import { silentLogger } from '../gateway/platform/logger.ts';
import { UsbPageClient } from '../gateway-thread/usb-cameras.ts';
import { systemKeyring } from '../keyring/system-keyring.ts';
import type { AppPaths } from '../runtime/paths.ts';
import { systemProxy } from '../runtime/system-proxy.ts';
import { UsbPage } from '../usb-page/page.ts';
import { exitCodes } from './arguments.ts';
import { runTask, type TaskOptions } from './one-shot.ts';
import { failureText } from './output.ts';
import type { Plan } from './run-plan.ts';

export type TaskProcess = {
  readonly paths: Pick<AppPaths, 'cameraPage' | 'cameraPreload'>;
  readonly nativeBinding: string | undefined;
  /** Before an end that runs nothing any more. */
  readonly cleanUp: () => void;
};

/** The whole process for one task: Electron, the task, told on standard output, and the end. */
export function performTask(options: TaskOptions, plan: Plan, { paths, nativeBinding, cleanUp }: TaskProcess): void {
  app.disableHardwareAcceleration();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort());
  app.on('before-quit', (event) => {
    event.preventDefault();
    stop.abort();
  });
  app
    .whenReady()
    .then(() =>
      runTask(options, plan, {
        environment: process.env,
        keyring: systemKeyring(),
        files: nodeFiles,
        version: app.getVersion(),
        nativeBinding,
        usbCameras: usbCameras(paths),
        askProxy: systemProxy(),
        output: {
          print: (text) => void process.stdout.write(`${text}\n`),
          complain: (text) => void process.stderr.write(`${text}\n`),
        },
        signal: stop.signal,
      }),
    )
    .catch((error: unknown) => {
      process.stderr.write(`${failureText(error)}\n`);
      return exitCodes.failed;
    })
    .then((code) => {
      // An orderly exit waits for all that was asked of a folder, a share that does not answer for ever.
      if (!process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'))) return app.exit(code);
      cleanUp();
      process.stdout.write('', () => endAtOnce(code));
    });
}

/** For listing only: no camera is opened. */
function usbCameras(paths: TaskProcess['paths']): UsbPageClient {
  const window = new UsbPage({
    page: paths.cameraPage,
    preload: paths.cameraPreload,
    mayOpen: () => false,
    logger: silentLogger,
  });
  const link = new UsbPageClient((message) => connection.take(message), systemClock);
  const connection = window.connect((message) => link.take(message));
  return link;
}
