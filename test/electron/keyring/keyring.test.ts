import { describe, expect, it } from 'vitest';
import { openWith, type Vault } from '../../../electron/keyring/keyring.ts';

/** A keyring that takes so long to say that it stays shut. */
function shutAfter(milliseconds: number) {
  let time = 1_000;
  const vault: Vault = {
    isEncryptionAvailable: () => {
      time += milliseconds;
      return false;
    },
    encryptString: () => Buffer.alloc(0),
    decryptString: () => '',
    getSelectedStorageBackend: () => 'kwallet5',
  };
  return openWith(vault, [Buffer.from('sealed')], () => time);
}

describe('a keyring that stays shut', () => {
  it('counts as refused by a person where it took as long as one needs', () => {
    expect(shutAfter(4_000)).toEqual({ kind: 'shut', isRefused: true });
  });

  it('has asked nobody where it says so at once', () => {
    expect(shutAfter(300)).toEqual({ kind: 'shut', isRefused: false });
  });
});
