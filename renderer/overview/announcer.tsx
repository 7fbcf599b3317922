import { type ReactNode, useEffect, useState } from 'react';
import { useGateway } from '../gateway/gateway-store.ts';

/** Numbers in a headline change all the time; only a change of its words is worth interrupting someone. */
const words = (headline: string): string => headline.replace(/[\d.,]+/g, '#');

/** Tells screen readers about changed headlines, and about nothing else. */
export function Announcer(): ReactNode {
  const safe = useGateway((mirror) =>
    mirror.link === 'silent' ? 'The gateway does not answer' : mirror.snapshot?.safe.headline,
  );
  const flow = useGateway((mirror) => (mirror.link === 'silent' ? '' : mirror.snapshot?.flow.headline));
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
