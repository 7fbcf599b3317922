import { type PointerEvent, type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import { isolated } from '../../shared/isolated.ts';
import { PictureIcon } from '../ui/icons.ts';
import { BoxOverlay } from './box-overlay.tsx';
import type { ClassStyle } from './class-style.ts';
import type { Size } from './geometry.ts';
import { storedSize, uprightTransform } from './upright.ts';
import type { Shown } from './use-rendition.ts';
import type { ViewControl } from './use-view.ts';

type Props = {
  readonly element: RefObject<HTMLDivElement | null>;
  readonly image: ImageDetail;
  readonly picture: Size;
  readonly stage: Size;
  readonly shown: Shown;
  readonly control: ViewControl;
  readonly styles: ReadonlyMap<string, ClassStyle>;
  readonly boxesShown: boolean;
  readonly highlighted: number | null;
};

/** The picture with its boxes. Drag to pan; the wheel zooms (see `useView`). */
export function Stage(props: Props): ReactNode {
  const { image, picture, shown, control } = props;
  const dragged = useRef<{ readonly x: number; readonly y: number } | null>(null);
  const onPointerMove = (event: PointerEvent): void => {
    if (dragged.current === null) return;
    control.pan(event.clientX - dragged.current.x, event.clientY - dragged.current.y);
    dragged.current = { x: event.clientX, y: event.clientY };
  };
  // Boxes never lie on a picture that is not there yet.
  const [isDrawn, setDrawn] = useState(false);
  const stagePicture = useRef<HTMLImageElement>(null);
  useLayoutEffect(() => {
    const there = stagePicture.current;
    if (there?.complete && there.naturalWidth > 0) setDrawn(true);
  }, []);
  const missing = missingWords(image, shown);
  // Previews are upright already.
  const orientation = shown.rendition === 'original' ? image.orientation : 1;
  const drawn = { width: picture.width * control.view.scale, height: picture.height * control.view.scale };
  const size = storedSize(drawn, orientation);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dragging and double clicking have their keys in usePreviewKeys
    <div
      ref={props.element}
      className="stage"
      data-pannable={control.pannable}
      onPointerDown={(event) => {
        if (event.button !== 0 || !control.pannable) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={onPointerMove}
      onPointerUp={() => {
        dragged.current = null;
      }}
      onPointerCancel={() => {
        dragged.current = null;
      }}
      onDoubleClick={() => (control.fitted ? control.actualPixels() : control.fit())}
    >
      {shown.url !== null && (
        <img
          className="stage-picture"
          data-testid="preview-image"
          data-rendition={shown.rendition}
          data-sharp={control.view.scale >= 3}
          // With CORS the style may keep EXIF data from turning the picture: it is turned here, as its boxes are.
          crossOrigin="anonymous"
          ref={stagePicture}
          decoding="sync"
          src={shown.url}
          alt={`${isolated(image.filename)}: ${image.annotations.map((one) => isolated(one.classValue)).join(', ') || 'no boxes'}`}
          draggable={false}
          style={{
            ...size,
            transform: `translate(${control.view.x}px, ${control.view.y}px) ${uprightTransform(orientation, size)}`,
          }}
          onLoad={() => setDrawn(true)}
          onError={shown.onPreviewError}
        />
      )}
      {shown.url !== null && isDrawn && props.boxesShown && (
        <BoxOverlay
          annotations={image.annotations}
          styles={props.styles}
          picture={picture}
          view={control.view}
          stage={props.stage}
          highlighted={props.highlighted}
        />
      )}
      {missing !== null && (
        <div className={shown.url === null ? 'stage-words' : 'stage-note'} role="note">
          {shown.url === null && <PictureIcon />}
          {missing}
        </div>
      )}
    </div>
  );
}

/** Why the full picture is not on the stage; null when it is, or is on its way. */
function missingWords(image: ImageDetail, shown: Shown): string | null {
  if (!image.payloadPresent) {
    return image.state === 'acknowledged'
      ? 'Delivered; removed from this PC to make room.'
      : 'The file of this picture is not on this PC any more.';
  }
  if (shown.originalBroken) {
    return shown.url === null
      ? 'This picture cannot be shown. The file is kept and delivered as it is.'
      : 'The original cannot be shown; this is its preview.';
  }
  return shown.url === null ? 'There is no preview; the original is being opened.' : null;
}
