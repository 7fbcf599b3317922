import { resolveGeometry } from './acusight-geometry.ts';
import { isObject, type JsonObject } from './json-text.ts';
import { considerFrame } from './picture-scale.ts';
import { describeValue, quote, readNumber } from './problems.ts';
import type { Reader, SidecarOutcome } from './reading.ts';
import { readText } from './text.ts';

/*
 * Acusight's own form, as `POST /data/agent/images/notify` takes it: `annotations[]` with class_value, confidence,
 * x_center, y_center, width, height (0–1), and model_id, model_name, model_version. Also the form of the public
 * upload example, `{ class_value, type: "bbox", geometry: [x, y, w, h] }`.
 */

export const isAcusight = (value: JsonObject): boolean =>
  ['annotations', 'model_id', 'model_name', 'model_version'].some((key) => value[key] !== undefined);

const boxFields = ['x_center', 'y_center', 'width', 'height'] as const;

export function readAcusight(value: JsonObject, reader: Reader): SidecarOutcome {
  const list = value.annotations ?? [];
  if (!Array.isArray(list)) return reader.bad(`"annotations" ${describeValue(list)}, expected a list`);
  const filename = readText(value.filename);
  const { picture, problems, annotations } = reader;
  if (filename !== undefined && filename !== picture.filename) {
    problems.add(`it names the picture ${quote(filename)}; by its file name it belongs to ${quote(picture.filename)}`);
  }
  const stated = { width: readNumber(value.width) ?? 0, height: readNumber(value.height) ?? 0 };
  const isStored = stated.width > 0 && stated.height > 0 && considerFrame(reader, stated);
  const geometry = resolveGeometry(list, isStored ? stated : picture);
  for (const [index, item] of list.entries()) {
    if (annotations.overflowed) break;
    const where = `annotations[${index}]`;
    if (!isObject(item)) {
      problems.add(`${where} ${describeValue(item)}, expected an object`);
    } else if (boxFields.some((field) => item[field] !== undefined) || item.geometry === undefined) {
      addCentred(reader, where, item);
    } else {
      const resolved = geometry(item);
      if (resolved.ok) annotations.add(where, item.class_value, resolved.box, item.confidence);
      else problems.add(`${where} is left out: ${resolved.why}`);
    }
  }
  return reader.read('acusight', modelOf(value));
}

function addCentred({ problems, annotations }: Reader, where: string, item: JsonObject): void {
  const [xCenter, yCenter, width, height] = boxFields.map((field) => readNumber(item[field]));
  if (xCenter == null || yCenter == null || width == null || height == null) {
    const field = boxFields.find((name) => readNumber(item[name]) === null) ?? 'x_center';
    problems.add(`${where} is left out: ${field} ${describeValue(item[field])}, expected a number from 0 to 1`);
    return;
  }
  annotations.add(where, item.class_value, { kind: 'centred', xCenter, yCenter, width, height }, item.confidence);
}

function modelOf(value: JsonObject): { id?: string; name?: string; version?: string } {
  const id = readText(value.model_id);
  const name = readText(value.model_name);
  const version = readText(value.model_version);
  return {
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(version === undefined ? {} : { version }),
  };
}
