import { app, safeStorage } from 'electron';
import { type Keyring, keyringOf } from './keyring.ts';
import { lockState } from './lock-state.ts';
import { keyringProcess } from './reader-process.ts';

/** A reader shows nothing: it needs no screen. */
const always = ['--ozone-platform=headless'];
/** What decides which keyring is asked, and whether this program can start at all. */
const handedOn = ['password-store', 'no-sandbox'];

/** The keyring of this system. Only on Linux it holds up whoever asks, so there a process of its own does. */
export function systemKeyring(): Keyring {
  if (process.platform !== 'linux') return keyringOf(safeStorage);
  const { commandLine } = app;
  const switches = handedOn
    .filter((name) => commandLine.hasSwitch(name))
    .map((name) => {
      const value = commandLine.getSwitchValue(name);
      return value === '' ? `--${name}` : `--${name}=${value}`;
    });
  return keyringProcess({
    executable: process.execPath,
    // It keeps nothing, and must make no folder for it.
    args: [
      ...always,
      `--user-data-dir=${app.getPath('userData')}`,
      ...switches,
      ...(app.isPackaged ? [] : [app.getAppPath()]),
    ],
    environment: { ...process.env },
    lock: () => lockState(process.env),
  });
}
