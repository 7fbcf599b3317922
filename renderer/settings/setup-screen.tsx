import type { ReactNode } from 'react';
import { useSnapshot } from '../gateway/gateway-store.ts';
import { show } from '../view-state/screen-store.ts';
import { SetupForm } from './setup-form.tsx';

const steps = [
  [
    'Watch',
    'The gateway watches the folders you choose and takes each new picture, with its label file, as soon as it is complete.',
  ],
  ['Keep', 'Every picture is written safely to this PC’s disk first. A power cut or a broken network loses none.'],
  ['Deliver', 'Pictures go to Acusight in the background. What cannot be delivered waits here until it can.'],
] as const;

/** First run and settings: the same form, with words about what happens next. */
export function SetupScreen({ first }: { readonly first: boolean }): ReactNode {
  const configFile = useSnapshot((snapshot) => snapshot.gateway.configFile) ?? '';
  return (
    <div className="setup">
      <aside className="setup-words">
        <h1>{first ? 'Set up this line' : 'Settings'}</h1>
        <p>
          {first
            ? 'Once. Then this window shows whether everything is safe and flowing.'
            : 'Saving restarts the gateway with the new settings. Pictures that wait are kept.'}
        </p>
        <ol>
          {steps.map(([name, text], index) => (
            <li key={name}>
              <span className="step-number">{index + 1}</span>
              <div>
                <strong>{name}</strong>
                <span>{text}</span>
              </div>
            </li>
          ))}
        </ol>
        <p className="setup-secrets">
          Keys and passwords go to the operating system’s keyring; where it offers none, to a file that only this user
          can read. They are never in the settings file.
        </p>
      </aside>
      <section className="panel setup-panel" aria-label={first ? 'Set up' : 'Settings'}>
        <SetupForm first={first} configFile={configFile} onDone={() => show({ view: 'overview' })} />
      </section>
    </div>
  );
}
