/** The operating system's keyring in the process that asks it; Electron's `safeStorage` is one. */
export type Vault = {
  readonly isEncryptionAvailable: () => boolean;
  readonly encryptString: (text: string) => Buffer;
  readonly decryptString: (bytes: Buffer) => string;
  /** On Linux only. */
  readonly getSelectedStorageBackend?: () => string;
};

export type Opened =
  /** In the order of what was asked; null: this keyring is not the one that it was sealed with. */
  | { readonly kind: 'opened'; readonly texts: readonly (string | null)[] }
  /** It was not unlocked, or its service is not there. `isRefused`: it took as long as a person who does not want to. */
  | { readonly kind: 'shut'; readonly isRefused: boolean };

/** `absent`: nobody who could say. `silent`: no answer came in time. */
export type LockState = 'locked' | 'unlocked' | 'absent' | 'silent';

/** The keyring as the program sees it: it may take as long as a person needs to unlock it, and holds up nothing else. */
export type Keyring = {
  /** Rejects when the signal aborts. */
  readonly open: (sealed: readonly Buffer[], signal: AbortSignal) => Promise<Opened>;
  /** Null where there is no keyring. Rejects when the signal aborts. */
  readonly seal: (texts: readonly string[], signal: AbortSignal) => Promise<readonly Buffer[] | null>;
  /** Asks no person for anything, and takes a few seconds at most. */
  readonly lock: () => Promise<LockState>;
};

/** Chromium's "basic_text" only hides the text behind a fixed password: that is no keyring. */
const isKeyring = (vault: Vault): boolean => vault.getSelectedStorageBackend?.() !== 'basic_text';

/** A service that is not there says so at once, unless the PC is slow; a person needs longer to close a question. */
const personMilliseconds = 1_500;

export function openWith(vault: Vault, sealed: readonly Buffer[], now = (): number => performance.now()): Opened {
  const began = now();
  // Which one it is shows only once it has been asked.
  const isThere = vault.isEncryptionAvailable();
  if (!isKeyring(vault)) return { kind: 'opened', texts: sealed.map(() => null) };
  if (!isThere) return { kind: 'shut', isRefused: now() - began >= personMilliseconds };
  return {
    kind: 'opened',
    texts: sealed.map((bytes) => {
      try {
        return vault.decryptString(bytes);
      } catch {
        return null;
      }
    }),
  };
}

export function sealWith(vault: Vault, texts: readonly string[]): readonly Buffer[] | null {
  if (!vault.isEncryptionAvailable() || !isKeyring(vault)) return null;
  return texts.map((text) => vault.encryptString(text));
}

/** One that answers at once, as that of Windows does. */
export const keyringOf = (vault: Vault): Keyring => ({
  open: async (sealed) => openWith(vault, sealed),
  seal: async (texts) => sealWith(vault, texts),
  lock: async () => 'absent',
});
