import { type ReactNode, useEffect, useRef } from 'react';
import { useWords } from '../gateway/words.ts';
import { Button } from '../ui/button.tsx';
import { CloseIcon, EnlargeIcon, NextIcon, PictureIcon, PreviousIcon, ReduceIcon } from '../ui/icons.ts';
import { show, useScreen } from '../view-state/screen-store.ts';
import { ImageView } from './image-view.tsx';
import { useHeldImageId } from './use-held-image.ts';
import { type DetailState, useImageDetail, useShownImageId } from './use-image-detail.ts';
import { stepImage } from './use-preview-keys.ts';

/** The picture someone picked, or the newest one; docked beside the list, or over the whole working area. */
export function PreviewPane(): ReactNode {
  const picked = useScreen((screen) => screen.pickedId !== null);
  const imageId = useShownImageId();
  const detail = useImageDetail(useHeldImageId(imageId, !picked));
  const enlarged = useScreen((screen) => screen.enlarged);
  const pane = useRef<HTMLElement>(null);
  const wasEnlarged = useRef(enlarged);
  useEffect(() => {
    if (enlarged === wasEnlarged.current) return;
    wasEnlarged.current = enlarged;
    // The focus follows the eye: into the large picture, and back to the list it was opened from.
    if (enlarged) pane.current?.focus();
    else document.querySelector<HTMLElement>('.queue-scroll')?.focus();
  }, [enlarged]);
  return (
    <section className="panel preview" ref={pane} tabIndex={-1} aria-label="Preview" data-enlarged={enlarged}>
      <header className="preview-head">
        <Button
          variant="tool"
          aria-label="Previous picture (newer)"
          title="Previous (K)"
          onClick={() => void stepImage(imageId, -1)}
        >
          <PreviousIcon />
        </Button>
        <Button
          variant="tool"
          aria-label="Next picture (older)"
          title="Next (J)"
          onClick={() => void stepImage(imageId, 1)}
        >
          <NextIcon />
        </Button>
        <PreviewTitle detail={detail} picked={picked} />
        {picked && !enlarged && (
          <Button
            variant="tool"
            title="Follow the newest picture"
            aria-label="Follow the newest picture"
            onClick={() => show({ pickedId: null })}
          >
            <CloseIcon />
          </Button>
        )}
        <Button
          variant="tool"
          aria-pressed={enlarged}
          title={enlarged ? 'Back to the list (Esc)' : 'Large view (Enter)'}
          aria-label={enlarged ? 'Back to the list' : 'Large view'}
          disabled={imageId === null}
          onClick={() =>
            show(enlarged || imageId === null ? { enlarged: false } : { enlarged: true, pickedId: imageId })
          }
        >
          {enlarged ? <ReduceIcon /> : <EnlargeIcon />}
        </Button>
      </header>
      <PreviewBody detail={detail} wantedId={imageId} pane={pane} followed={!picked} />
    </section>
  );
}

function PreviewTitle({ detail, picked }: { readonly detail: DetailState; readonly picked: boolean }): ReactNode {
  const name = detail.kind === 'ready' ? detail.image.filename : 'Preview';
  return (
    <div className="preview-title">
      <h2 title={name}>
        <bdi>{name}</bdi>
      </h2>
      <p>{detail.kind !== 'ready' ? ' ' : picked ? 'Picked: the list holds still' : 'Newest picture'}</p>
    </div>
  );
}

type BodyProps = {
  readonly detail: DetailState;
  /** What is to be shown: the picture on the stage may be the one before it. */
  readonly wantedId: string | null;
  readonly pane: React.RefObject<HTMLElement | null>;
  readonly followed: boolean;
};

function PreviewBody({ detail, wantedId, pane, followed }: BodyProps): ReactNode {
  const words = useWords();
  switch (detail.kind) {
    case 'ready':
      return (
        <ImageView
          key={detail.image.imageId}
          image={detail.image}
          wantedId={wantedId}
          pane={pane}
          followed={followed}
        />
      );
    case 'none':
      return (
        <PreviewWords title="No picture selected" text="Choose one in the list, or wait for the next to arrive." />
      );
    case 'gone':
      return <PreviewWords title="This picture is no longer known" text="Choose another one in the list." />;
    case 'failed':
      return <PreviewWords title={words.text(detail.failure)} text={words.hint(detail.failure)} />;
  }
}

const PreviewWords = ({ title, text }: { readonly title: string; readonly text: string }): ReactNode => (
  <div className="preview-words">
    <PictureIcon />
    <strong>{title}</strong>
    <span>{text}</span>
  </div>
);
