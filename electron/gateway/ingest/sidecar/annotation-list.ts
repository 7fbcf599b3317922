import type { Annotation } from '../../../../shared/annotation.ts';
import type { Orientation } from '../../../../shared/picture.ts';
import { type Box, type PlacedBox, placeBox } from './box.ts';
import { describeValue, type ProblemList, readNumber } from './problems.ts';
import { readText } from './text.ts';

/** A box in the frame of the picture as it is stored, in that of the upright picture; both relative (0–1). */
function uprightBox({ xCenter: x, yCenter: y, width, height }: PlacedBox, orientation: Orientation): PlacedBox {
  switch (orientation) {
    case 1:
      return { xCenter: x, yCenter: y, width, height };
    case 2:
      return { xCenter: 1 - x, yCenter: y, width, height };
    case 3:
      return { xCenter: 1 - x, yCenter: 1 - y, width, height };
    case 4:
      return { xCenter: x, yCenter: 1 - y, width, height };
    case 5:
      return { xCenter: y, yCenter: x, width: height, height: width };
    case 6:
      return { xCenter: 1 - y, yCenter: x, width: height, height: width };
    case 7:
      return { xCenter: 1 - y, yCenter: 1 - x, width: height, height: width };
    case 8:
      return { xCenter: y, yCenter: 1 - x, width: height, height: width };
  }
}

const MAX_ANNOTATIONS = 10_000;
const ROUNDING = 1e-6;

/** The annotations of one sidecar. Each is checked by itself: what is wrong with one goes to the problems. */
export class AnnotationList {
  readonly #problems: ProblemList;
  readonly #annotations: Annotation[] = [];
  #overflowed = false;
  #orientation: Orientation = 1;

  constructor(problems: ProblemList) {
    this.#problems = problems;
  }

  /** True once more annotations or problems came than are taken: the reader stops. */
  get overflowed(): boolean {
    return this.#overflowed || this.#problems.tooMany;
  }

  /** The boxes that are added from now on are those of the picture before it is turned so to be upright. */
  turnBy(orientation: Orientation): void {
    this.#orientation = orientation;
  }

  toArray(): readonly Annotation[] {
    return this.#annotations;
  }

  /**
   * `where` names the place in the file ("line 3"), `label` is the class as the file has it, `confidence` whatever
   * stands there (undefined or null: none).
   */
  add(where: string, label: unknown, box: Box, confidence?: unknown): void {
    if (this.#annotations.length >= MAX_ANNOTATIONS) {
      if (!this.#overflowed) this.#problems.add(`only the first ${MAX_ANNOTATIONS} annotations are taken`);
      this.#overflowed = true;
      return;
    }
    const classValue = readText(label);
    if (classValue === undefined) {
      this.#problems.add(`${where} is left out: its class ${describeValue(label)}, expected a name`);
      return;
    }
    const placement = placeBox(box);
    if (placement.kind === 'unusable') {
      this.#problems.add(`${where} is left out: its box ${placement.why} (${describeBox(box)})`);
      return;
    }
    if (placement.wasCut) {
      this.#problems.add(`${where} sticks out of the picture and was cut at its edge (${describeBox(box)})`);
    }
    const checked = this.#readConfidence(where, confidence);
    const placed = uprightBox(placement.box, this.#orientation);
    this.#annotations.push({ classValue, ...placed, ...(checked === null ? {} : { confidence: checked }) });
  }

  /** A wrong confidence costs the number, not the annotation. */
  #readConfidence(where: string, value: unknown): number | null {
    if (value === undefined || value === null || value === '') return null;
    const number = readNumber(value);
    if (number !== null && number >= -ROUNDING && number <= 1 + ROUNDING) return Math.min(1, Math.max(0, number));
    this.#problems.add(
      `${where}: its confidence ${describeValue(value)}, expected a number from 0 to 1; it is left out`,
    );
    return null;
  }
}

function describeBox(box: Box): string {
  const { left, top, right, bottom } =
    box.kind === 'edges'
      ? box
      : {
          left: box.xCenter - box.width / 2,
          top: box.yCenter - box.height / 2,
          right: box.xCenter + box.width / 2,
          bottom: box.yCenter + box.height / 2,
        };
  const short = (value: number): string => String(Number(value.toPrecision(4)));
  return `x from ${short(left)} to ${short(right)}, y from ${short(top)} to ${short(bottom)}, where 0 to 1 is the picture`;
}
