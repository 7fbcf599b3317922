import type { Message } from '../../shared/messages/message.ts';
import { createWords, inFull, type Words } from '../../shared/messages/words.ts';
import { useGateway } from './gateway-store.ts';

const byZone = new Map<string | undefined, Words>();

function wordsIn(timeZone: string | undefined): Words {
  const known = byZone.get(timeZone);
  if (known !== undefined) return known;
  const made = createWords({ timeZone });
  byZone.set(timeZone, made);
  return made;
}

/** Words of messages, with times as the site's clocks show them. */
export const useWords = (): Words => wordsIn(useGateway((mirror) => mirror.snapshot?.gateway.timeZone));

/** The same, where no component is. */
export const currentWords = (): Words => wordsIn(useGateway.getState().snapshot?.gateway.timeZone);

/** What happened and what to do, one after the other. */
export const sayInFull = (message: Message): string => inFull(currentWords(), message);
