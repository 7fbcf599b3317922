import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { canPan, clampView, fitView, type Point, panBy, type Size, type View, zoomAt } from './geometry.ts';

export type ViewControl = {
  readonly view: View;
  readonly fitted: boolean;
  readonly pannable: boolean;
  /** Zooms around a point of the stage, around its middle where none is given. */
  readonly zoom: (factor: number, at?: Point) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly fit: () => void;
  readonly actualPixels: () => void;
};

/** Zoom and pan of one picture on a stage. `null` inside means "fitted", so that a resized window stays fitted. */
export function useView(picture: Size, stage: Size, stageElement: RefObject<HTMLElement | null>): ViewControl {
  const [chosen, setChosen] = useState<View | null>(null);
  const fitted = fitView(picture, stage);
  const view = chosen === null ? fitted : clampView(chosen, picture, stage);
  const current = useRef(view);
  current.current = view;

  const zoom = useCallback(
    (factor: number, at: Point = { x: stage.width / 2, y: stage.height / 2 }) => {
      const next = zoomAt(current.current, factor, at, picture, stage);
      setChosen(next.scale <= fitView(picture, stage).scale ? null : next);
    },
    [picture, stage],
  );
  const pan = useCallback(
    (dx: number, dy: number) => setChosen((before) => (before === null ? null : panBy(before, dx, dy, picture, stage))),
    [picture, stage],
  );
  const fit = useCallback(() => setChosen(null), []);
  const actualPixels = useCallback(() => {
    const scale = 1 / (window.devicePixelRatio || 1);
    const middle = { x: stage.width / 2, y: stage.height / 2 };
    setChosen(zoomAt(fitView(picture, stage), scale / fitView(picture, stage).scale, middle, picture, stage));
  }, [picture, stage]);

  useEffect(() => {
    const element = stageElement.current;
    if (element === null) return;
    // React's own wheel listener is passive and could not keep the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      event.preventDefault();
      const box = element.getBoundingClientRect();
      zoom(Math.exp(-event.deltaY * 0.0016), { x: event.clientX - box.left, y: event.clientY - box.top });
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [stageElement, zoom]);

  return { view, fitted: chosen === null, pannable: canPan(view, picture, stage), zoom, pan, fit, actualPixels };
}
