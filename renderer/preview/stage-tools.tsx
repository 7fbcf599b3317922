import type { ReactNode } from 'react';
import { BoxesIcon, FitIcon, MinusIcon, PlusIcon } from '../ui/icons.ts';
import type { ViewControl } from './use-view.ts';

export const ZOOM_STEP = 1.4;

type Props = {
  readonly control: ViewControl;
  readonly boxesShown: boolean;
  readonly onToggleBoxes: () => void;
};

export function StageTools({ control, boxesShown, onToggleBoxes }: Props): ReactNode {
  return (
    <div className="stage-tools" role="toolbar" aria-label="Picture">
      <button
        type="button"
        className="button tool"
        aria-pressed={boxesShown}
        title="Boxes (B)"
        aria-keyshortcuts="B"
        onClick={onToggleBoxes}
      >
        <BoxesIcon /> <span>Boxes</span>
      </button>
      <span className="spring" />
      <button
        type="button"
        className="button tool"
        title="Smaller (−)"
        aria-label="Zoom out"
        onClick={() => control.zoom(1 / ZOOM_STEP)}
      >
        <MinusIcon />
      </button>
      <output className="zoom-figure" aria-label="Zoom">
        {Math.round(control.view.scale * (window.devicePixelRatio || 1) * 100)} %
      </output>
      <button
        type="button"
        className="button tool"
        title="Larger (+)"
        aria-label="Zoom in"
        onClick={() => control.zoom(ZOOM_STEP)}
      >
        <PlusIcon />
      </button>
      <button
        type="button"
        className="button tool"
        title="Whole picture (0)"
        aria-label="Show the whole picture"
        onClick={control.fit}
      >
        <FitIcon />
      </button>
      <button
        type="button"
        className="button tool"
        title="One to one (1)"
        aria-label="One picture pixel to one screen pixel"
        onClick={control.actualPixels}
      >
        1:1
      </button>
    </div>
  );
}
