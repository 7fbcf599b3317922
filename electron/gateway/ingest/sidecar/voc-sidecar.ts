import { relativeEdges } from './box.ts';
import { coordinateSize } from './picture-scale.ts';
import { describeValue, quote, readNumber } from './problems.ts';
import type { Reader, SidecarOutcome } from './reading.ts';
import { unrelated } from './reading.ts';
import { parseXml, type XmlElement } from './xml-reader.ts';

/*
 * Pascal VOC: `<annotation>` with `<size>` and an `<object>` a box: `<name>` and `<bndbox>` with xmin, ymin, xmax, ymax
 * in pixels. The numbers are taken as edges (as labelImg, CVAT and others write them); files that count pixels from 1
 * are off by one pixel. Some detectors add `<confidence>` or `<score>`.
 */

const edgeNames = ['xmin', 'ymin', 'xmax', 'ymax'] as const;

export function readVoc(text: string, reader: Reader): SidecarOutcome {
  if (text.trim() === '') return reader.bad('it is empty');
  const parsed = parseXml(text);
  if (!parsed.ok) return reader.bad(`it is not valid XML (${parsed.why})`);
  const { root } = parsed;
  if (root.name !== 'annotation') return unrelated;
  const stated = child(root, 'size');
  const size = coordinateSize(reader, textOf(stated, 'width'), textOf(stated, 'height'));
  const { annotations, problems } = reader;
  let index = -1;
  for (const object of root.children) {
    if (object.name !== 'object') continue;
    if (annotations.overflowed) break;
    index += 1;
    const name = textOf(object, 'name');
    const where = name === undefined ? `object ${index + 1}` : `object ${index + 1} (${quote(name)})`;
    const bndbox = child(object, 'bndbox');
    if (bndbox === undefined) {
      problems.add(`${where} is left out: it has no <bndbox>`);
      continue;
    }
    const [left, top, right, bottom] = edgeNames.map((edge) => readNumber(textOf(bndbox, edge)));
    if (left == null || top == null || right == null || bottom == null) {
      const edge = edgeNames.find((candidate) => readNumber(textOf(bndbox, candidate)) === null) ?? 'xmin';
      problems.add(`${where} is left out: <${edge}> ${describeValue(textOf(bndbox, edge))}, expected pixels`);
      continue;
    }
    const confidence = textOf(object, 'confidence') ?? textOf(object, 'score');
    annotations.add(where, name, relativeEdges({ left, top, right, bottom }, size), confidence);
  }
  return reader.read('voc');
}

const child = (element: XmlElement | undefined, name: string): XmlElement | undefined =>
  element?.children.find((candidate) => candidate.name === name);

const textOf = (element: XmlElement | undefined, name: string): string | undefined => child(element, name)?.text;
