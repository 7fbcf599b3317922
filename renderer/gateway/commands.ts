import type { OperationRequest, Selection } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { plural } from '../../shared/messages/numbers.ts';
import { report } from '../view-state/notice-store.ts';
import { call } from './bridge.ts';
import { currentWords } from './words.ts';

/** What a person can order. Each says what came of it; the lists show it with the next snapshot. */

export const retryNow = (imageId: string): void => {
  void report(call('entry.retry', { imageId }), ({ changed }) =>
    changed > 0 ? 'It is tried now.' : 'It is not waiting for a retry any more.',
  );
};

export const acknowledgeLosses = (): void => {
  void report(call('losses.acknowledge', {}), ({ changed }) =>
    changed > 0
      ? `Noted. The ledger goes on counting ${changed === 1 ? 'this picture' : `these ${changed} pictures`} as lost.`
      : 'Nothing is lost that was not noted before.',
  );
};

/** True when the gateway did it, whatever the number it changed. */
export async function putBack(selection: Selection): Promise<boolean> {
  const answer = await report(call('dead.requeue', { selection }), ({ changed }) =>
    changed > 0
      ? `${plural(changed, 'picture is', 'pictures are')} back in the queue.`
      : 'Nothing was put back: these are not dead letters any more.',
  );
  return answer.ok;
}

/** A folder is asked for by the system's own dialog. */
export async function exportDead(selection: Selection): Promise<void> {
  await report(call('dead.export', { selection }), ({ exported, path }) =>
    path === null
      ? 'Nothing was exported: no folder was chosen.'
      : `${plural(exported, 'picture')} with labels and reasons copied to ${isolated(path)}.`,
  );
}

/** To be called after a person has confirmed it; see `delete-dialog.tsx`. */
export async function deleteDead(selection: Selection): Promise<boolean> {
  const answer = await report(call('dead.delete', { selection, confirmed: true }), ({ changed }) =>
    changed > 0
      ? `${plural(changed, 'dead letter is', 'dead letters are')} deleted. The ledger has counted ${changed === 1 ? 'it' : 'them'}.`
      : 'Nothing was deleted: these are not dead letters any more.',
  );
  return answer.ok;
}

export const tryCloudNow = (): void => {
  void report(call('sync.tryNow', {}), () => 'Trying the cloud now.');
};

/** The window shows meanwhile that it is under way. */
export const rebuildDatabase = (): void => {
  void report(call('store.rebuild', {}), ({ said }) => currentWords().text(said));
};

export const checkAgain = (id: number): void => {
  void report(call('refusal.recheck', { id }), ({ changed }) =>
    changed > 0 ? 'The file is being looked at again.' : 'This file is no longer in the list.',
  );
};

export const reveal = (request: OperationRequest<'file.reveal'>): void => {
  void report(call('file.reveal', request), () => 'Shown in the file manager.');
};
