import { type Box, boxAround } from './box.ts';
import { hasDecimalComma, readNumber } from './number.ts';
import { quote } from './problem-list.ts';
import type { Reader, SidecarOutcome } from './reading.ts';
import { unrelated } from './reading.ts';
import { textLines } from './text-lines.ts';

/*
 * YOLO: a line an object, separated by spaces, all numbers relative to the picture (0–1):
 *   class x_center y_center width height [confidence [track]]
 *   class x1 y1 x2 y2 x3 y3 … [confidence]              (a polygon; the box around it is taken)
 * An empty file says that there is nothing in the picture.
 */

const MAX_LINE = 200_000;
const EXPECTED = 'expected "class x_center y_center width height" with numbers from 0 to 1, separated by spaces';
const NUMBER_LIKE = /^[-+.,;\d]+(?:[eE][-+]?\d+)?[,;]?$/;
const SEPARATED_BY_COMMAS = /^\d+(?:[,;][-+.\deE]+){4}/;

/** `classNames` by class number, or null when there is no class list. */
export function readYolo(text: string, reader: Reader, classNames: readonly string[] | null): SidecarOutcome {
  const { annotations, problems } = reader;
  let objects = 0;
  let looksRelated = false;
  let written = 0;
  for (const { line, number } of textLines(text)) {
    if (line === '' || line.startsWith('#')) continue;
    if (annotations.overflowed) break;
    written += 1;
    const where = `line ${number}`;
    const tokens = line.length <= MAX_LINE ? line.split(/\s+/) : [];
    looksRelated ||= looksLikeYolo(tokens);
    const parsed = tokens.length === 0 ? 'it is too long' : parseLine(tokens);
    if (typeof parsed === 'string') {
      problems.add(`${where} is left out: ${parsed}`);
      continue;
    }
    objects += 1;
    const name = classNames?.[parsed.classNumber];
    if (classNames !== null && (name === undefined || name === '')) {
      problems.add(`${where}: class ${parsed.classNumber} is not in the class list; the number is used as its class`);
    }
    annotations.add(where, name || String(parsed.classNumber), parsed.box, parsed.confidence);
  }
  if (written > 0 && !looksRelated) return unrelated;
  if (objects > 0 && classNames === null) {
    problems.add('there is no usable class list (classes.txt or data.yaml); the class numbers are used as classes');
  }
  return reader.read('yolo');
}

/** Tells a line that is meant as an object, though perhaps a wrong one, from a line of prose. */
function looksLikeYolo(tokens: readonly string[]): boolean {
  const numbers = tokens.filter((token) => NUMBER_LIKE.test(token)).length;
  return numbers >= 4 || (numbers >= 2 && numbers === tokens.length) || SEPARATED_BY_COMMAS.test(tokens[0] ?? '');
}

type YoloObject = { readonly classNumber: number; readonly box: Box; readonly confidence: number | undefined };

/** One line's object, or what is wrong with the line. */
function parseLine(tokens: readonly string[]): YoloObject | string {
  const comma = tokens.find(hasDecimalComma);
  if (comma !== undefined) return `${quote(comma)} has a decimal comma; write ${quote(comma.replace(',', '.'))}`;
  if (tokens.some((token) => /[,;]/.test(token))) return `its numbers are separated by commas; ${EXPECTED}`;
  const numbers: number[] = [];
  for (const token of tokens) {
    const number = readNumber(token);
    if (number === null) return `${quote(token)} is not a usable number; ${EXPECTED}`;
    numbers.push(number);
  }
  const [classNumber = -1, ...rest] = numbers;
  if (!Number.isSafeInteger(classNumber) || classNumber < 0)
    return `its class ${quote(tokens[0] ?? '')} is not a whole number`;
  if (rest.length < 4) return `it has ${tokens.length} numbers; ${EXPECTED}`;
  const isTracked = rest.length === 6 && /^\d+$/.test(tokens[6] ?? '') && (rest[4] ?? 2) <= 1;
  if (rest.length <= 5 || isTracked) {
    const [xCenter = 0, yCenter = 0, width = 0, height = 0, confidence] = rest;
    return { classNumber, box: { kind: 'centred', xCenter, yCenter, width, height }, confidence };
  }
  const hasConfidence = rest.length % 2 === 1;
  const box = boxAround(hasConfidence ? rest.slice(0, -1) : rest);
  return box === null
    ? `it has a number out of range; ${EXPECTED}`
    : { classNumber, box, confidence: hasConfidence ? rest.at(-1) : undefined };
}
