import { type ReactNode, useId, useState } from 'react';
import type { CameraSnapshot } from '../../../shared/camera.ts';
import { formatCount, formatRate, formatShortCount } from '../../../shared/messages/numbers.ts';
import { useWords } from '../../gateway/words.ts';
import { NextIcon } from '../../ui/icons.ts';
import { useNow } from '../../ui/use-now.ts';
import { agoWords, dropsTotal } from './camera-text.ts';

/** A camera's four figures at fixed places, and why frames were lost for whoever asks. */
export function CameraNumbers({ camera }: { readonly camera: CameraSnapshot }): ReactNode {
  const now = useNow();
  const [open, setOpen] = useState(false);
  const causes = useId();
  const lost = dropsTotal(camera);
  return (
    <div className="camera-numbers">
      <p>
        <strong>{formatRate(camera.framesPerSecond)}</strong> frames/s
      </p>
      <p>
        {camera.lastFrameAt === null ? (
          'no frame yet'
        ) : (
          <>
            last <strong>{agoWords(now - camera.lastFrameAt)}</strong> ago
          </>
        )}
      </p>
      <button
        type="button"
        className="camera-lost"
        data-some={lost > 0}
        disabled={lost === 0}
        aria-expanded={open && lost > 0}
        aria-controls={causes}
        onClick={() => setOpen(!open)}
      >
        <strong>{formatShortCount(lost)}</strong> lost
        <NextIcon />
      </button>
      <p>
        <strong>{formatShortCount(camera.reconnects)}</strong> {camera.reconnects === 1 ? 'reconnect' : 'reconnects'}
      </p>
      <div id={causes} className="camera-causes" hidden={!open || lost === 0}>
        <DropCauses camera={camera} />
      </div>
    </div>
  );
}

/** Frames that were lost, by cause, the most frequent first. */
export function DropCauses({ camera }: { readonly camera: CameraSnapshot }): ReactNode {
  const { text } = useWords();
  return (
    <ul className="drop-causes" aria-label="Why frames were lost">
      {camera.drops.map(({ cause, message, frames }) => (
        <li key={cause}>
          <strong>{formatCount(frames)}</strong> <span>{text(message)}</span>
        </li>
      ))}
    </ul>
  );
}
