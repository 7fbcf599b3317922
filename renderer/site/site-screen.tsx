import type { ReactNode } from 'react';
import type { DoctorCheck } from '../../shared/contract.ts';
import { levelOf } from '../../shared/messages/message.ts';
import { formatDuration } from '../../shared/messages/times.ts';
import { formatMoment } from '../format/time.ts';
import { useGateway } from '../gateway/gateway-store.ts';
import { inquire, useInquiry } from '../gateway/requests.ts';
import { sayInFull, useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { copyText } from '../ui/copy-text.ts';
import { CheckListIcon, CopyIcon, PrintIcon } from '../ui/icons.ts';
import { LevelShape } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { sayDone, sayNotDone } from '../view-state/notice-store.ts';
import { checkWords, reportText, summaryOf } from './report-text.ts';
import { SiteFacts } from './site-facts.tsx';
import { factLines } from './site-text.ts';

const NONE: readonly DoctorCheck[] = [];

/** The site doctor: one button that tests everything from here to the cloud, beside what is known of this site. */
export function SiteScreen(): ReactNode {
  return (
    <div className="site">
      <section className="panel doctor" aria-labelledby="doctor-title">
        <DoctorHead />
        <DoctorChecks />
        <DoctorText />
      </section>
      <SiteFacts />
    </div>
  );
}

function DoctorHead(): ReactNode {
  const { runningSince, answer } = useInquiry('doctor.run');
  const running = runningSince !== null;
  return (
    <header className="doctor-head">
      <div>
        <h1 id="doctor-title">Check this site</h1>
        <div className="doctor-words" role="status" aria-live="polite">
          <DoctorWords />
        </div>
      </div>
      <Button
        variant="primary"
        size="huge"
        busy={running}
        data-testid="doctor-run"
        onClick={() => void inquire('doctor.run')}
      >
        <CheckListIcon /> {running ? 'Checking…' : answer !== null ? 'Check again' : 'Check this site'}
      </Button>
    </header>
  );
}

function DoctorWords(): ReactNode {
  const { runningSince, answer, answeredAt, failure } = useInquiry('doctor.run');
  const now = useNow();
  if (runningSince !== null) {
    return (
      <p>
        Testing network, cloud, key, disk and folders…
        <span aria-hidden="true"> for {formatDuration(now - runningSince)}. Pictures go on meanwhile.</span>
      </p>
    );
  }
  if (failure !== null) {
    return <p className="doctor-failure">{sayInFull(failure)}</p>;
  }
  if (answer === null) {
    return <p>Tests network, cloud, key, clock, disk and folders, and says what to do about each fault.</p>;
  }
  return (
    <p>
      <strong>{summaryOf(answer.checks)}</strong> · {formatMoment(answeredAt, now)}
    </p>
  );
}

function DoctorChecks(): ReactNode {
  const { answer, runningSince } = useInquiry('doctor.run');
  const checks = answer?.checks ?? NONE;
  if (checks.length === 0) {
    return (
      <div className="list-state">
        <CheckListIcon />
        <strong>{runningSince === null ? 'Not checked yet' : 'Checking…'}</strong>
        <span>
          {runningSince === null
            ? 'Nothing is changed by a check, and pictures go on meanwhile.'
            : 'A part that does not answer is waited for up to half a minute.'}
        </span>
      </div>
    );
  }
  return (
    <ol
      className="checks"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls must scroll by the keyboard too
      tabIndex={0}
      aria-label="What was found"
      data-stale={runningSince !== null}
    >
      {checks.map((check) => (
        <CheckEntry key={check.code} check={check} />
      ))}
    </ol>
  );
}

function CheckEntry({ check }: { readonly check: DoctorCheck }): ReactNode {
  const { text, hint } = useWords();
  const level = levelOf(check.message);
  const toDo = hint(check.message);
  return (
    <li className="check-entry" data-level={level} data-testid="doctor-check" data-code={check.code}>
      <LevelShape level={level} />
      <div>
        <p className="check-title">
          <strong>{text(check.title)}</strong>
          <span className="check-word">{checkWords[level]}</span>
        </p>
        <p>{text(check.message)}</p>
        {toDo !== '' && <p className="check-hint">{toDo}</p>}
        {check.technical !== '' && <code className="check-technical">{check.technical}</code>}
      </div>
    </li>
  );
}

/** For the telephone: the report on the clipboard or on paper. The same text is in the page for the printer only. */
function DoctorText(): ReactNode {
  const { answer, answeredAt } = useInquiry('doctor.run');
  const checks = answer?.checks ?? NONE;
  const snapshot = useGateway((mirror) => mirror.snapshot);
  const ready = checks.length > 0;
  const words = useWords();
  const text = ready
    ? reportText(checks, snapshot === null ? [] : factLines(snapshot, words), new Date(answeredAt).toISOString(), words)
    : '';
  const copy = async (): Promise<void> => {
    if (await copyText(text)) sayDone('The report is copied.', 'Paste it into a message, or print it.');
    else {
      sayNotDone('The clipboard cannot be used here.', 'Print the report instead, or photograph this screen.');
    }
  };
  return (
    <footer className="doctor-text">
      <p className="note-line">For the telephone: everything above as text, without keys.</p>
      <Button disabled={!ready} onClick={() => window.print()}>
        <PrintIcon /> Print…
      </Button>
      <Button disabled={!ready} onClick={() => void copy()}>
        <CopyIcon /> Copy the report
      </Button>
      <pre className="print-only">{text}</pre>
    </footer>
  );
}
