import { type Box, boxAround } from './box.ts';
import { hasDecimalComma, quote, readNumber } from './problems.ts';
import type { Reader, SidecarOutcome } from './reading.ts';
import { unrelated } from './reading.ts';
import { textLines } from './text.ts';
import type { KeypointShape } from './yaml-names.ts';
import { boxNumbers, fileFormOf, type LineForm, lineFormOf } from './yolo-forms.ts';

/*
 * YOLO: a line an object, separated by spaces, all numbers relative to the picture (0–1). Which of the forms it has is
 * told in `yolo-forms.ts`. An empty file says that there is nothing in the picture.
 */

const MAX_LINE = 200_000;
const EXPECTED = 'expected "class x_center y_center width height" with numbers from 0 to 1, separated by spaces';
const NUMBER_LIKE = /^[-+.,;\d]+(?:[eE][-+]?\d+)?[,;]?$/;
const SEPARATED_BY_COMMAS = /^\d+(?:[,;][-+.\deE]+){4}/;
/** Boxes and polygons may stick out of their picture; numbers beyond these are no fractions of it. */
const LEAST = -0.5;
const MOST = 1.5;
/** Lines that decide on the form of all. */
const mostDeciding = 200;

export type YoloClasses = {
  /** By class number; null: there is no class list. */
  readonly names: readonly string[] | null;
  /** The keypoints of each object, where a `data.yaml` tells. */
  readonly keypoints: KeypointShape | null;
};

/** A line of numbers: its class, and what stands behind it. */
type YoloLine = { readonly classNumber: number; readonly numbers: readonly number[]; readonly endsWhole: boolean };

export function readYolo(text: string, reader: Reader, classes: YoloClasses): SidecarOutcome {
  const { annotations, problems } = reader;
  const form = fileFormOf(decidingLines(text), classes.keypoints);
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
    const object = typeof parsed === 'string' ? parsed : objectOf(parsed, lineFormOf(parsed, form));
    if (typeof parsed === 'string' || typeof object === 'string') {
      problems.add(`${where} is left out: ${String(object)}`);
      continue;
    }
    objects += 1;
    if (object.isGuess) {
      problems.add(
        `${where} may be a triangle or a box with a confidence and a track number; it is read as a triangle`,
      );
    }
    const name = classes.names?.[parsed.classNumber];
    if (classes.names !== null && (name === undefined || name === '')) {
      problems.add(`${where}: class ${parsed.classNumber} is not in the class list; the number is used as its class`);
    }
    annotations.add(where, name || String(parsed.classNumber), object.box, object.confidence);
  }
  if (written > 0 && !looksRelated) return unrelated;
  if (objects > 0 && classes.names === null) {
    problems.add('there is no usable class list (classes.txt or data.yaml); the class numbers are used as classes');
  }
  return reader.read('yolo');
}

function decidingLines(text: string): readonly YoloLine[] {
  const lines: YoloLine[] = [];
  for (const { line } of textLines(text)) {
    if (lines.length >= mostDeciding) break;
    if (line === '' || line.length > MAX_LINE) continue;
    const parsed = parseLine(line.split(/\s+/));
    if (typeof parsed !== 'string') lines.push(parsed);
  }
  return lines;
}

/** Tells a line that is meant as an object, though perhaps a wrong one, from a line of prose. */
function looksLikeYolo(tokens: readonly string[]): boolean {
  const numbers = tokens.filter((token) => NUMBER_LIKE.test(token)).length;
  return numbers >= 4 || (numbers >= 2 && numbers === tokens.length) || SEPARATED_BY_COMMAS.test(tokens[0] ?? '');
}

/** One line's numbers, or what is wrong with the line. */
function parseLine(tokens: readonly string[]): YoloLine | string {
  const comma = tokens.find(hasDecimalComma);
  if (comma !== undefined) return `${quote(comma)} has a decimal comma; write ${quote(comma.replace(',', '.'))}`;
  if (tokens.some((token) => /[,;]/.test(token))) return `its numbers are separated by commas; ${EXPECTED}`;
  const all: number[] = [];
  for (const token of tokens) {
    const number = readNumber(token);
    if (number === null) return `${quote(token)} is not a usable number; ${EXPECTED}`;
    all.push(number);
  }
  const [classNumber = -1, ...numbers] = all;
  if (!Number.isSafeInteger(classNumber) || classNumber < 0)
    return `its class ${quote(tokens[0] ?? '')} is not a whole number`;
  if (numbers.length < boxNumbers) return `it has ${tokens.length} numbers; ${EXPECTED}`;
  return { classNumber, numbers, endsWhole: /^\d+$/.test(tokens.at(-1) ?? '') };
}

type YoloObject = { readonly box: Box; readonly confidence: number | undefined; readonly isGuess: boolean };

/** The object in the form that was decided on, or why it can't be used. */
function objectOf({ numbers }: YoloLine, { shape, tail, hasConfidence, isGuess }: LineForm): YoloObject | string {
  const places = shape === 'box' ? numbers.slice(0, boxNumbers) : numbers.slice(0, numbers.length - tail);
  const beyond = places.find((number) => number < LEAST || number > MOST);
  if (beyond !== undefined) {
    return `${beyond} is no fraction of the picture, as if the numbers were pixels; ${EXPECTED}`;
  }
  const confidence = hasConfidence ? numbers.at(-tail) : undefined;
  if (shape === 'box') {
    const [xCenter = 0, yCenter = 0, width = 0, height = 0] = places;
    return { box: { kind: 'centred', xCenter, yCenter, width, height }, confidence, isGuess };
  }
  const box = boxAround(places);
  return box === null ? `it has a number out of range; ${EXPECTED}` : { box, confidence, isGuess };
}
