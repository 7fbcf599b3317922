import type { ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
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
      <Button variant="tool" aria-pressed={boxesShown} title="Boxes (B)" aria-keyshortcuts="B" onClick={onToggleBoxes}>
        <BoxesIcon /> <span>Boxes</span>
      </Button>
      <span className="spring" />
      <Button variant="tool" title="Smaller (−)" aria-label="Zoom out" onClick={() => control.zoom(1 / ZOOM_STEP)}>
        <MinusIcon />
      </Button>
      <output className="zoom-figure" aria-label="Zoom">
        {Math.round(control.view.scale * (window.devicePixelRatio || 1) * 100)} %
      </output>
      <Button variant="tool" title="Larger (+)" aria-label="Zoom in" onClick={() => control.zoom(ZOOM_STEP)}>
        <PlusIcon />
      </Button>
      <Button variant="tool" title="Whole picture (0)" aria-label="Show the whole picture" onClick={control.fit}>
        <FitIcon />
      </Button>
      <Button
        variant="tool"
        title="One to one (1)"
        aria-label="1:1, one picture pixel to one screen pixel"
        onClick={control.actualPixels}
      >
        1:1
      </Button>
    </div>
  );
}
