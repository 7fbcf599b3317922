import { type ReactNode, useEffect, useState } from 'react';
import type { OperationResponse } from '../../shared/contract.ts';
import type { Failure } from '../../shared/result.ts';
import { call } from '../gateway/bridge.ts';
import { SetupFields } from './setup-fields.tsx';

type Props = { readonly first: boolean; readonly configFile: string; readonly onDone: () => void };

/** Reads the present settings and shows them for editing. */
export function SetupForm(props: Props): ReactNode {
  const [given, setGiven] = useState<OperationResponse<'setup.get'> | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round asks again
  useEffect(() => {
    let wanted = true;
    void call('setup.get', {}).then((answer) => {
      if (!wanted) return;
      setFailure(answer.ok ? null : answer.error);
      if (answer.ok) setGiven(answer.value);
    });
    return () => {
      wanted = false;
    };
  }, [round]);
  if (failure !== null) {
    return (
      <div className="list-state" role="alert">
        <strong>{failure.message}</strong>
        <span>{failure.hint}</span>
        <button type="button" className="button" onClick={() => setRound(round + 1)}>
          Try again
        </button>
      </div>
    );
  }
  return given === null ? (
    <p className="list-state">Reading the settings…</p>
  ) : (
    <SetupFields {...props} given={given} />
  );
}
