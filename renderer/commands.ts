import type { OperationRequest } from '../shared/contract.ts';
import { call } from './bridge.ts';
import { plural } from './format/count.ts';
import { report } from './ui/notice-store.ts';

/** What a person can order. Each says what came of it; the lists show it with the next snapshot. */

export const retryNow = (imageId: string): void => {
  void report(call('entry.retry', { imageId }), ({ changed }) =>
    changed > 0 ? 'It is tried now.' : 'It is not waiting for a retry any more.',
  );
};

export const putBack = (imageId: string): void => {
  void report(call('entry.requeue', { imageId }), ({ changed }) =>
    changed > 0 ? 'It is back in the queue.' : 'It is not a dead letter any more.',
  );
};

export const putAllBack = (): void => {
  void report(call('dead.requeueAll', {}), ({ changed }) =>
    changed > 0 ? `${plural(changed, 'picture is', 'pictures are')} back in the queue.` : 'There are no dead letters.',
  );
};

export const tryCloudNow = (): void => {
  void report(call('sync.tryNow', {}), () => 'Trying the cloud now.');
};

export const checkAgain = (id: number): void => {
  void report(call('refusal.recheck', { id }), ({ changed }) =>
    changed > 0 ? 'The file is being looked at again.' : 'This file is no longer in the list.',
  );
};

export const reveal = (request: OperationRequest<'file.reveal'>): void => {
  void report(call('file.reveal', request), () => 'Shown in the file manager.');
};
