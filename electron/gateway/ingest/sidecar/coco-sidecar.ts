import { isolated } from '../../../../shared/isolated.ts';
import { relativeEdges } from './box.ts';
import { type CocoImage, type CocoIndex, cocoImageFor } from './coco-index.ts';
import { coordinateSize } from './picture-scale.ts';
import { describeValue, quote, readNumber } from './problems.ts';
import type { Reader, SidecarOutcome } from './reading.ts';
import { unrelated } from './reading.ts';
import { readText } from './text.ts';

/**
 * The annotations of one picture in a COCO file. `isOwn`: the file is named after the picture, so that it belongs to
 * it even when it lists its only picture under another name. `picturePath` is the picture's path within its source,
 * which tells `train/a.jpg` from `val/a.jpg`; `named` folders of it must be named in the file.
 */
export function readCoco(
  index: CocoIndex,
  reader: Reader,
  picturePath: string,
  isOwn: boolean,
  named = 0,
): SidecarOutcome {
  const { picture, problems } = reader;
  const found = cocoImageFor(index, picturePath, named);
  if (found === 'several') {
    return reader.bad(
      `it lists more than one picture ${quote(picture.filename)}, and their paths do not tell which is meant`,
    );
  }
  if (found === null && !isOwn) return unrelated;
  if (index.note !== null) problems.add(index.note);
  if (found !== null) return readImage(found, reader);
  const only = index.onlyImage;
  if (only === null) return reader.bad(`it does not list the picture ${quote(picture.filename)}`);
  problems.add(
    `it lists its picture as ${quote(only.fileName)}; by its own name it belongs to ${quote(picture.filename)}`,
  );
  return readImage(only, reader);
}

function readImage(image: CocoImage, reader: Reader): SidecarOutcome {
  const { annotations, problems } = reader;
  const size = coordinateSize(reader, image.width, image.height);
  for (const { index, category, categoryId, box, score } of image.annotations) {
    if (annotations.overflowed) break;
    const where = `annotations[${index}]`;
    if (!Array.isArray(box) || box.length !== 4) {
      problems.add(`${where} is left out: its bbox ${describeValue(box)}, expected [x, y, width, height] in pixels`);
      continue;
    }
    const [left, top, width, height] = box.map(readNumber);
    if (left == null || top == null || width == null || height == null) {
      const wrong = box.find((number) => readNumber(number) === null);
      problems.add(`${where} is left out: a number of its bbox ${describeValue(wrong)}, expected pixels`);
      continue;
    }
    const label = category ?? readText(categoryId);
    if (category === null && label !== undefined) {
      problems.add(`${where}: category ${isolated(label)} is not in "categories"; the number is used as its class`);
    }
    annotations.add(where, label, relativeEdges({ left, top, right: left + width, bottom: top + height }, size), score);
  }
  return reader.read('coco');
}
