import { type ReactNode, type RefObject, useCallback, useMemo, useRef, useState } from 'react';
import { create } from 'zustand';
import type { ImageDetail } from '../../shared/contract.ts';
import { useSize } from '../ui/use-size.ts';
import { BoxList } from './box-list.tsx';
import { classStyles } from './class-style.ts';
import { DeadCard } from './dead-card.tsx';
import type { Size } from './geometry.ts';
import { ImageFacts } from './image-facts.tsx';
import { Stage } from './stage.tsx';
import { StageTools } from './stage-tools.tsx';
import { usePreviewKeys } from './use-preview-keys.ts';
import { useRendition } from './use-rendition.ts';
import { useView } from './use-view.ts';

/** Whether boxes are drawn. Outlives a single picture, so that someone can leaf through without them. */
const useBoxesShown = create<{ readonly shown: boolean }>()(() => ({ shown: true }));

/** A followed picture may be gone in a second: its original is opened only when the line pauses. */
const DWELL_MILLISECONDS = { followed: 2_000, picked: 150 } as const;

type Props = {
  readonly image: ImageDetail;
  /** Where a step to the next picture begins. */
  readonly wantedId: string | null;
  readonly pane: RefObject<HTMLElement | null>;
  readonly followed: boolean;
};

export function ImageView({ image, wantedId, pane, followed }: Props): ReactNode {
  const element = useRef<HTMLDivElement>(null);
  const stage = useSize(element);
  const [highlighted, setHighlighted] = useState<number | null>(null);
  const { width, height } = image;
  const picture = useMemo<Size>(() => ({ width: Math.max(1, width), height: Math.max(1, height) }), [width, height]);
  const control = useView(picture, stage, element);
  const shown = useRendition(
    image.imageId,
    image.payloadPresent,
    followed ? DWELL_MILLISECONDS.followed : DWELL_MILLISECONDS.picked,
  );
  const styles = useMemo(() => classStyles(image.annotations.map((one) => one.classValue)), [image.annotations]);
  const boxesShown = useBoxesShown((state) => state.shown);
  const toggleBoxes = useCallback(() => useBoxesShown.setState((state) => ({ shown: !state.shown })), []);
  usePreviewKeys(pane, wantedId, control, toggleBoxes);
  return (
    <div className="image-view" data-state={image.state}>
      <Stage
        element={element}
        image={image}
        picture={picture}
        stage={stage}
        shown={shown}
        control={control}
        styles={styles}
        boxesShown={boxesShown}
        highlighted={highlighted}
      />
      <StageTools control={control} boxesShown={boxesShown} onToggleBoxes={toggleBoxes} />
      <div className="image-words">
        {image.state === 'dead' && <DeadCard image={image} />}
        <BoxList image={image} styles={styles} highlighted={highlighted} onHighlight={setHighlighted} />
        <ImageFacts image={image} />
      </div>
    </div>
  );
}
