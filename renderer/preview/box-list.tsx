import type { ReactNode } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { plural } from '../../shared/messages/numbers.ts';
import { confidenceText } from './box-overlay.tsx';
import type { ClassStyle } from './class-style.ts';

type Props = {
  readonly image: ImageDetail;
  readonly styles: ReadonlyMap<string, ClassStyle>;
  readonly highlighted: number | null;
  readonly onHighlight: (index: number | null) => void;
};

/** The boxes in words. Pointing at one, or moving the focus to it, shows it alone on the picture. */
export function BoxList({ image, styles, highlighted, onHighlight }: Props): ReactNode {
  return (
    <section className="box-list" aria-label="Boxes">
      <h3>{image.annotations.length === 0 ? 'No boxes' : plural(image.annotations.length, 'box', 'boxes')}</h3>
      <ul onPointerLeave={() => onHighlight(null)}>
        {image.annotations.map((annotation, index) => {
          const style = styles.get(annotation.classValue);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: annotations have no identity but their place in the list
            <li key={index}>
              <button
                type="button"
                className="box-entry"
                aria-pressed={highlighted === index}
                onPointerEnter={() => onHighlight(index)}
                onFocus={() => onHighlight(index)}
                onBlur={() => onHighlight(null)}
                onClick={() => onHighlight(index)}
              >
                <span className="box-swatch" style={{ color: style?.color }}>
                  {style?.glyph}
                </span>
                <span className="box-class">{isolated(annotation.classValue)}</span>
                <span className="box-confidence">{confidenceText(annotation.confidence)}</span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
