import { constants } from 'node:fs';
import { appendFile, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EntryError, Selection } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import { createWords } from '../../../shared/messages/words.ts';
import { metadataOf } from '../cloud/acusight/schema.ts';
import { extensionOf } from '../model/image.ts';
import { OperatorError } from '../platform/errors.ts';
import { patiently } from '../platform/held-files.ts';
import type { DeadLetter, DeadLetters } from '../store/outbox/dead-letters.ts';
import type { PayloadStore } from '../store/payloads/payload-store.ts';

const reasonsFile = 'reasons.jsonl';
const longestStem = 120;

/**
 * Copies dead letters to a folder: each picture, its annotations beside it in the notify form (so that a watched folder
 * takes both in again), and a line with the reason in `reasons.jsonl`. What is there already stays as it is: a second
 * export of the same picture changes nothing. Returns how many pictures are there.
 */
export async function exportDeadLetters(
  deadLetters: DeadLetters,
  payloads: PayloadStore,
  deviceId: string,
  selection: Selection,
  folder: string,
): Promise<number> {
  let exported = 0;
  try {
    for (const page of deadLetters.deadForExport(selection)) {
      for (const letter of page) {
        if (await exportOne(letter, payloads, deviceId, folder)) exported += 1;
      }
    }
  } catch (cause) {
    throw new OperatorError(message('export-failed', { count: exported, folder }), {
      operation: 'export-dead-letters',
      disposition: 'retry',
      cause,
    });
  }
  return exported;
}

/** Returns false where the picture is gone from this disk: then only its reason can be told. */
async function exportOne(letter: DeadLetter, payloads: PayloadStore, deviceId: string, folder: string) {
  const name = safeName(letter);
  const picture = join(folder, `${name}.${extensionOf(letter.format)}`);
  const payload = payloads.pathOf(letter.sha256, letter.format);
  const copied = await patiently(() => copyFile(payload, picture, constants.COPYFILE_EXCL)).then(
    () => 'now' as const,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return 'before' as const;
      if (error.code === 'ENOENT' && error.syscall === 'copyfile') return 'gone' as const;
      throw error;
    },
  );
  if (copied === 'before') return true;
  const metadata = metadataOf(letter, deviceId);
  if (copied === 'now') await writeFile(join(folder, `${name}.json`), `${JSON.stringify(metadata, null, 2)}\n`);
  const { imageId, filename, attempts, lastError } = letter;
  const error = lastError === null ? null : inWords(lastError);
  const reason = { picture: name, filename, imageId, attempts, error, pictureLost: copied === 'gone' };
  await patiently(() => appendFile(join(folder, reasonsFile), `${JSON.stringify(reason)}\n`));
  return copied === 'now';
}

/** Whoever opens the folder may have no gateway that makes words of codes. */
function inWords({ message, technical, at }: EntryError) {
  const words = createWords();
  return { code: message.code, text: words.text(message), hint: words.hint(message), technical, at };
}

/** A name that every file system takes and no two pictures share. */
function safeName({ filename, imageId }: DeadLetter): string {
  const stem = filename.replace(/\.[^.]*$/, '').replace(/[^\p{L}\p{N}._ -]/gu, '_');
  return `${imageId.slice(0, 8)}_${stem.slice(0, longestStem).replace(/[. ]+$/, '')}`;
}
