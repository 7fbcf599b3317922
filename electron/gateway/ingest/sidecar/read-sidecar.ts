import { isAcusight, readAcusight } from './acusight-sidecar.ts';
import { indexCoco, isCoco } from './coco-index.ts';
import { readCoco } from './coco-sidecar.ts';
import { isObject, parseJson } from './json-text.ts';
import { isLabelMe, readLabelMe } from './labelme-sidecar.ts';
import type { PictureFacts, SidecarOutcome } from './reading.ts';
import { Reader, sidecarLimits, unrelated } from './reading.ts';
import { isClassListName, isOwnSidecar } from './sidecar-names.ts';
import { decodeText } from './text.ts';
import { readVoc } from './voc-sidecar.ts';
import type { KeypointShape } from './yaml-names.ts';
import { readYolo } from './yolo-sidecar.ts';

export type SidecarInput = {
  /** The sidecar's path as messages show it. Its extension and the content decide on the format. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly picture: PictureFacts;
  /** For YOLO, by class number; null when there is no class list. */
  readonly classNames: readonly string[] | null;
  /** For YOLO: the keypoints that a data.yaml tells of. */
  readonly keypoints?: KeypointShape | null;
};

/** `manyPictures`: the file speaks for other pictures too, so that it must not be moved away with one. */
export type SidecarFileReading = { readonly outcome: SidecarOutcome; readonly manyPictures: boolean };

/** Reads one sidecar for one picture. Never throws: whatever is wrong with the file is in the outcome. */
export const readSidecar = (input: SidecarInput): SidecarOutcome =>
  readSidecarFile(input, input.picture.filename).outcome;

/** `picturePath` is the picture's path within its source: it tells pictures of one name in a COCO file apart. */
export function readSidecarFile(input: SidecarInput, picturePath: string): SidecarFileReading {
  const { path, bytes, picture, classNames, keypoints = null } = input;
  const alone = (outcome: SidecarOutcome): SidecarFileReading => ({ outcome, manyPictures: false });
  const extension = /\.(json|txt|xml)$/i.exec(path)?.[1]?.toLowerCase();
  if (extension === undefined || isClassListName(path)) return alone(unrelated);

  const reader = new Reader(path, picture);
  if (bytes.length > sidecarLimits.single) {
    const megabytes = (count: number): string => `${Math.round(count / 1e6)} MB`;
    return alone(
      reader.bad(`it has ${megabytes(bytes.length)}, more than the ${megabytes(sidecarLimits.single)} that are read`),
    );
  }
  const decoded = decodeText(bytes);
  if (!decoded.ok) return alone(reader.bad(decoded.why));
  if (decoded.note !== null) reader.problems.add(decoded.note);
  if (extension === 'txt') return alone(readYolo(decoded.text, reader, { names: classNames, keypoints }));
  if (extension === 'xml') return alone(readVoc(decoded.text, reader));

  const parsed = parseJson(decoded.text);
  if (!parsed.ok) return alone(reader.bad(parsed.why));
  const { value } = parsed;
  if (!isObject(value)) return alone(unrelated);
  if (isLabelMe(value)) return alone(readLabelMe(value, reader));
  if (isCoco(value)) {
    const index = indexCoco(value);
    return {
      outcome: readCoco(index, reader, picturePath, isOwnSidecar(path, picture.filename)),
      manyPictures: index.imageCount > 1,
    };
  }
  return alone(isAcusight(value) ? readAcusight(value, reader) : unrelated);
}
