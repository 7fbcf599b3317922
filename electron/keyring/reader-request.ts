import { openWith, sealWith, type Vault } from './keyring.ts';

/** What the program and the process that asks the keyring for it say to each other, a line of JSON each; bytes are base64. */

/** The switch that makes this program such a process; its value is the process that wants the answer. */
export const readerSwitch = 'keyring-reader';
/** The pipe that the answer leaves by: others write to standard output too. */
export const answerPipe = 3;

export type ReaderRequest =
  | { readonly kind: 'open'; readonly sealed: readonly string[] }
  | { readonly kind: 'seal'; readonly texts: readonly string[] };

export type ReaderAnswer =
  | { readonly kind: 'opened'; readonly texts: readonly (string | null)[] }
  | { readonly kind: 'sealed'; readonly sealed: readonly string[] }
  | { readonly kind: 'shut'; readonly isRefused: boolean };

export function answerOf(vault: Vault, request: ReaderRequest): ReaderAnswer {
  if (request.kind === 'open') {
    return openWith(
      vault,
      request.sealed.map((text) => Buffer.from(text, 'base64')),
    );
  }
  const sealed = sealWith(vault, request.texts);
  return sealed === null
    ? { kind: 'shut', isRefused: false }
    : { kind: 'sealed', sealed: sealed.map((bytes) => bytes.toString('base64')) };
}
