import { type ReactNode, useEffect, useState } from 'react';
import { useGateway } from '../gateway/gateway-store.ts';
import { useWords } from '../gateway/words.ts';

/** Numbers in a headline change all the time; only a change of its words is worth interrupting someone. */
const words = (headline: string): string => headline.replace(/[\d.,]+/g, '#');

/** Tells screen readers about changed headlines, and about nothing else. */
export function Announcer(): ReactNode {
  const { headline } = useWords();
  const isSilent = useGateway((mirror) => mirror.link === 'silent');
  const answers = useGateway((mirror) => mirror.snapshot);
  const safe = isSilent ? 'The gateway does not answer' : answers === null ? undefined : headline(answers.safe);
  const flow = isSilent ? '' : answers === null ? undefined : headline(answers.flow);
  const key = words(`${safe ?? ''}|${flow ?? ''}`);
  const [said, setSaid] = useState({ key: '', text: '' });
  useEffect(() => {
    setSaid((before) => (before.key === key ? before : { key, text: [safe, flow].filter(Boolean).join('. ') }));
  }, [key, safe, flow]);
  return (
    <div className="visually-hidden" aria-live="polite" aria-atomic="true">
      {said.text}
    </div>
  );
}
