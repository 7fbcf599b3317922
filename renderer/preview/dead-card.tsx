import type { ReactNode } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import { formatMoment } from '../format/time.ts';
import { exportDead, putBack } from '../gateway/commands.ts';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { ExportIcon, RetryWaitIcon, TrashIcon } from '../ui/icons.ts';
import { DeadIcon } from '../ui/shapes.tsx';
import { useNow } from '../ui/use-now.ts';
import { show } from '../view-state/screen-store.ts';

/** Why a picture is a dead letter, in our words and in the server's, and what can be done with it. */
export function DeadCard({ image }: { readonly image: ImageDetail }): ReactNode {
  const now = useNow(30_000);
  const words = useWords();
  const error = image.lastError;
  const hint = error === null ? '' : words.hint(error.message);
  const selection = [image.imageId];
  return (
    <section className="dead-card" aria-label="Why it was refused">
      <h3>
        <DeadIcon />{' '}
        <span>{error === null ? 'The cloud refused this picture for good.' : words.text(error.message)}</span>
      </h3>
      {hint !== '' && <p>{hint}</p>}
      {error !== null && (
        <dl>
          <dt>Server’s answer · {formatMoment(error.at, now)}</dt>
          <dd>
            <code className="dead-answer">{error.technical === '' ? 'none' : error.technical}</code>
          </dd>
        </dl>
      )}
      <div className="dead-card-actions">
        <Button onClick={() => void putBack(selection)}>
          <RetryWaitIcon /> Put back
        </Button>
        <Button onClick={() => void exportDead(selection)}>
          <ExportIcon /> Export…
        </Button>
        <Button variant="danger" onClick={() => show({ deleting: selection })}>
          <TrashIcon /> Delete…
        </Button>
      </div>
    </section>
  );
}
