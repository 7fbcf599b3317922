import { readFileSync, writeSync } from 'node:fs';
import { app, safeStorage } from 'electron';
import { endWithParent } from '../gateway/platform/end-with-parent.ts';
import { isThisProgram } from './asker.ts';
import { answerOf, answerPipe, type ReaderRequest, readerSwitch } from './reader-request.ts';

/**
 * This program as a process that asks the keyring one thing. On Linux that holds up a whole process, window and all, for
 * as long as a person does not unlock the keyring, or its service does not answer.
 */
export function readKeyring(): void {
  const parent = Number(app.commandLine.getSwitchValue(readerSwitch));
  if (!isThisProgram(parent)) {
    process.stderr.write('only this program itself may ask for its secrets\n');
    return app.exit(1);
  }
  app.disableHardwareAcceleration();
  app.commandLine.appendSwitch('in-process-gpu');
  // Nobody could tell it to end while it waits.
  endWithParent(parent);
  const request = JSON.parse(readFileSync(0, 'utf8')) as ReaderRequest;
  app.whenReady().then(
    () => {
      writeSync(answerPipe, `${JSON.stringify(answerOf(safeStorage, request))}\n`);
      app.exit(0);
    },
    () => app.exit(1),
  );
}
