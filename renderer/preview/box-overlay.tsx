import type { ReactNode } from 'react';
import type { Annotation } from '../../shared/annotation.ts';
import { isolated } from '../../shared/isolated.ts';
import type { ClassStyle } from './class-style.ts';
import { boxRect, type Size, type View } from './geometry.ts';
import { placeAlone, placeLabels } from './label-layout.ts';

type Props = {
  readonly annotations: readonly Annotation[];
  readonly styles: ReadonlyMap<string, ClassStyle>;
  readonly picture: Size;
  readonly view: View;
  readonly stage: Size;
  readonly highlighted: number | null;
};

export const confidenceText = (confidence: number | undefined): string =>
  confidence === undefined ? '' : `${Math.round(confidence * 100)} %`;

/** The boxes over the picture, drawn in stage pixels so that lines and labels keep their size at every zoom. */
export function BoxOverlay({ annotations, styles, picture, view, stage, highlighted }: Props): ReactNode {
  const labelled = annotations.map((annotation) => ({
    box: boxRect(annotation, picture, view),
    text: `${isolated(annotation.classValue)} ${confidenceText(annotation.confidence)}`.trim(),
  }));
  const places = placeLabels(labelled, stage);
  return (
    <div className="boxes" aria-hidden="true">
      <svg className="box-lines" aria-hidden="true">
        {annotations.map((annotation, index) => {
          const rect = labelled[index]?.box;
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
      {labelled.map((one, index) => {
        const place = highlighted === null ? places[index] : highlighted === index ? placeAlone(one, stage) : null;
        if (place === null || place === undefined) return null;
        const style = styles.get(annotations[index]?.classValue ?? '');
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: annotations have no identity but their place in the list
            key={index}
            className="box-label"
            style={{ transform: `translate(${place.x}px, ${place.y}px)`, color: style?.color }}
          >
            <span>{style?.glyph}</span> {one.text}
          </span>
        );
      })}
    </div>
  );
}
