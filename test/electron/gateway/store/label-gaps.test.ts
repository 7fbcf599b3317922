import { expect, it } from 'vitest';
import { LabelGaps } from '../../../../electron/gateway/store/label-gaps.ts';
import { type Message, message } from '../../../../shared/messages/message.ts';
import { cutOff, openStore } from '../../../support/store.ts';

it('label files that are listed for want of their picture are told of, whether that lies nowhere or was not taken', async () => {
  const { sourceFiles: files, database } = await openStore();
  const refuse = (path: string, said: Message): boolean =>
    files.refuse('aoi', { path, bytes: 1, modifiedMs: 1 }, { severity: 'notice', message: said }, 1);
  refuse('a.txt', message('sidecar-without-picture', { context: 'only-here', picture: 'a', folders: '', count: 0 }));
  refuse('b.txt', message('sidecar-before-picture', { picture: 'b.jpg' }));
  refuse('c.txt', message('sidecar-late'));
  files.refuse('aoi', { path: 'd.jpg', bytes: 1, modifiedMs: 1 }, cutOff, 1);
  await files.drain();
  expect(new LabelGaps(database).labels(9)).toEqual({
    count: 2,
    first: [
      { sourceId: 'aoi', path: 'a.txt' },
      { sourceId: 'aoi', path: 'b.txt' },
    ],
  });
});
