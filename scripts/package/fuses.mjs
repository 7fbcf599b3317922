import { FuseState, FuseV1Options, FuseVersion, flipFuses, getCurrentFuseWire } from '@electron/fuses';
import { SetupFailure } from '../setup/failure.mjs';

/** Electron's own switches, burnt into the executable: what a release must not do, whoever starts it. */
export const fuses = /** @type {const} */ ({
  RunAsNode: false,
  // There are no cookies; and with it, the whole program waits at its start until a person has unlocked the keyring.
  EnableCookieEncryption: false,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  // Its pages come by a scheme of their own.
  GrantFileProtocolExtraPrivileges: false,
});

const declared = /** @type {(readonly [keyof typeof fuses, boolean])[]} */ (Object.entries(fuses));

/**
 * Sets the fuses, and reads them back.
 *
 * @param {string} executable
 */
export async function setFuses(executable) {
  const wanted = Object.fromEntries(declared.map(([name, on]) => [FuseV1Options[name], on]));
  await flipFuses(executable, { version: FuseVersion.V1, ...wanted });
  const wrong = await wrongFuses(executable);
  if (wrong.length === 0) return;
  throw new SetupFailure(`the packed Electron has other fuses than were declared: ${wrong.join(', ')}`, {
    hint: 'look whether this version of Electron has them all: scripts/package/fuses.mjs declares them',
  });
}

/**
 * @param {string} executable
 * @returns {Promise<readonly string[]>} the declared fuses that the executable has otherwise, or not at all
 */
export async function wrongFuses(executable) {
  const wire = await getCurrentFuseWire(executable);
  return declared
    .filter(([name, on]) => wire[FuseV1Options[name]] !== (on ? FuseState.ENABLE : FuseState.DISABLE))
    .map(([name]) => name);
}
