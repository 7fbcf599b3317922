import type { ReactNode } from 'react';
import type { Annotation } from '../../shared/annotation.ts';
import type { ClassStyle } from './class-style.ts';
import { boxRect, type Size, type View } from './geometry.ts';

/** More labels than this hide the picture; beyond it only the highlighted box is labelled. */
const MOST_LABELS = 40;
/** CSS: the height of a label and its distance from the box. */
const LABEL_HEIGHT = '1.5rem';

type Props = {
  readonly annotations: readonly Annotation[];
  readonly styles: ReadonlyMap<string, ClassStyle>;
  readonly picture: Size;
  readonly view: View;
  readonly stageWidth: number;
  readonly highlighted: number | null;
};

export const confidenceText = (confidence: number | undefined): string =>
  confidence === undefined ? '' : `${Math.round(confidence * 100)} %`;

/** The boxes over the picture, drawn in stage pixels so that lines and labels keep their size at every zoom. */
export function BoxOverlay({ annotations, styles, picture, view, stageWidth, highlighted }: Props): ReactNode {
  return (
    <div className="boxes" aria-hidden="true">
      <svg className="box-lines" aria-hidden="true">
        {annotations.map((annotation, index) => {
          const rect = boxRect(annotation, picture, view);
          const style = styles.get(annotation.classValue);
          return (
            <g
              // biome-ignore lint/suspicious/noArrayIndexKey: annotations have no identity but their place in the list
              key={index}
              className="box"
              data-testid="box"
              data-class={annotation.classValue}
              data-dimmed={highlighted !== null && highlighted !== index}
              data-highlighted={highlighted === index}
            >
              <rect className="box-halo" {...rect} />
              <rect className="box-line" {...rect} stroke={style?.color} strokeDasharray={style?.dash} />
            </g>
          );
        })}
      </svg>
      {annotations.map((annotation, index) => {
        if (highlighted !== null ? highlighted !== index : annotations.length > MOST_LABELS) return null;
        const rect = boxRect(annotation, picture, view);
        const style = styles.get(annotation.classValue);
        // Above the box; inside it where the box touches the upper edge of the stage.
        // Towards the right edge labels end with their box instead of beginning with it, to stay on the stage.
        const across =
          rect.x + rect.width / 2 > stageWidth * 0.6
            ? `translateX(min(${rect.x + rect.width}px, ${stageWidth}px)) translateX(-100%)`
            : `translateX(${Math.max(0, rect.x)}px)`;
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            key={index}
            className="box-label"
            style={{ transform: `${across} translateY(max(0px, ${rect.y}px - ${LABEL_HEIGHT}))`, color: style?.color }}
          >
            <span>{style?.glyph}</span> {annotation.classValue} {confidenceText(annotation.confidence)}
          </span>
        );
      })}
    </div>
  );
}
