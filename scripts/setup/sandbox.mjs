import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/**
 * Whether Chromium can put its processes into its sandbox here. Where it cannot, it refuses to start unless told to do
 * without.
 *
 * @typedef {{
 *   readonly platform: NodeJS.Platform,
 *   readonly isRoot: boolean,
 *   readonly hasHelper: boolean,
 *   readonly deniesNamespaces: boolean,
 * }} SandboxFacts `hasHelper`: a root-owned set-user-id helper lies beside the program; `deniesNamespaces`: ordinary
 * programs may not make user namespaces, the way that needs no helper (Ubuntu since 23.10, hardened kernels)
 */

/**
 * @param {SandboxFacts} facts
 * @returns {string} empty when the sandbox works, else why not
 */
export function sandboxTrouble({ platform, isRoot, hasHelper, deniesNamespaces }) {
  if (platform !== 'linux') return '';
  if (isRoot) return 'it does not work for root';
  if (deniesNamespaces && !hasHelper) return 'this system denies user namespaces to ordinary programs';
  return '';
}

/**
 * @param {string} executable
 * @returns {SandboxFacts}
 */
export function readSandboxFacts(executable) {
  return {
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    hasHelper: isSetUserIdRoot(path.join(path.dirname(executable), 'chrome-sandbox')),
    deniesNamespaces:
      kernelSetting('kernel/apparmor_restrict_unprivileged_userns') === '1' ||
      kernelSetting('kernel/unprivileged_userns_clone') === '0' ||
      kernelSetting('user/max_user_namespaces') === '0',
  };
}

function kernelSetting(/** @type {string} */ name) {
  try {
    return readFileSync(`/proc/sys/${name}`, 'utf8').trim();
  } catch {
    return '';
  }
}

function isSetUserIdRoot(/** @type {string} */ file) {
  const status = statSync(file, { throwIfNoEntry: false });
  return status !== undefined && status.uid === 0 && (status.mode & 0o4000) !== 0;
}
