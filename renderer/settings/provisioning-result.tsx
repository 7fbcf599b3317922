import { type ReactNode, useEffect, useRef } from 'react';
import { isolated } from '../../shared/isolated.ts';
import type { Level } from '../../shared/messages/param-kinds.ts';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { type Provisioning, statusWords, storedWords } from './provisioning.ts';

const levelOf = (result: Provisioning): Level => {
  if (result.kind === 'failed') return 'act';
  return result.status === 'rejected' ? 'alarm' : result.status === 'pending' ? 'waiting' : 'good';
};

/** What came of provisioning: where the key lies, whose device this is, whether it is approved; or what to do. */
export function ProvisioningResult({ result }: { readonly result: Provisioning }): ReactNode {
  const organization = useSnapshot((snapshot) => snapshot.gateway.device?.organization ?? null) ?? null;
  const place = useRef<HTMLDivElement>(null);
  // It may stand below what is on view: nobody should have to look for the answer.
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new result is brought into view
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' });
  }, [result]);
  return (
    <div ref={place} className="provisioned" data-level={levelOf(result)} role="status" data-testid="provisioned">
      <LevelShape level={levelOf(result)} />
      <div>
        {result.kind === 'failed' ? (
          <>
            <strong className="provisioned-name">{result.text}</strong>
            <p>{result.hint}</p>
          </>
        ) : (
          <>
            <strong className="provisioned-name">
              “{isolated(result.deviceId)}” has its key{organization === null ? '' : ` for ${isolated(organization)}`}.
            </strong>
            <p>{storedWords[result.stored]}</p>
            {result.status !== '' && <p>{statusWords(result.status)}</p>}
          </>
        )}
      </div>
    </div>
  );
}
