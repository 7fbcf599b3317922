import { type ReactNode, useLayoutEffect, useRef } from 'react';
import { isolated } from '../../../shared/isolated.ts';
import { PictureIcon } from '../../ui/icons.ts';
import { LevelShape } from '../../ui/shapes.tsx';
import type { LiveStatus } from './live-status.ts';
import { useLive } from './live-store.ts';

/** The picture, and on it a sign that says whether it is the present. */
export function LivePicture({ name, status }: { readonly name: string; readonly status: LiveStatus }): ReactNode {
  const picture = useLive((live) => live.shown?.picture ?? null);
  const canvas = useRef<HTMLCanvasElement>(null);
  // Drawn instead of put into an `<img>`: that would be empty for a moment at each change, and ask for it once more.
  useLayoutEffect(() => {
    const target = canvas.current;
    if (target === null || picture === null) return;
    if (target.width !== picture.naturalWidth || target.height !== picture.naturalHeight) {
      target.width = picture.naturalWidth;
      target.height = picture.naturalHeight;
    }
    target.getContext('2d')?.drawImage(picture, 0, 0);
  }, [picture]);
  return (
    <div className="live-stage" data-kind={status.kind} data-faded={status.faded} data-level={status.level}>
      <canvas
        ref={canvas}
        className="live-canvas"
        role="img"
        aria-label={
          status.kind === 'live' ? `Live picture of ${isolated(name)}` : `Picture of ${isolated(name)}, not live`
        }
        hidden={picture === null}
        data-testid="live-canvas"
      />
      {picture === null && (
        <div className="live-empty">
          <PictureIcon />
        </div>
      )}
      <div className="live-sign" data-testid="live-sign">
        <LevelShape level={status.level} />
        <strong role="status">{status.sign}</strong>
      </div>
      {status.text !== '' && (
        <p className="live-words" data-testid="live-words">
          {status.text}
        </p>
      )}
    </div>
  );
}
