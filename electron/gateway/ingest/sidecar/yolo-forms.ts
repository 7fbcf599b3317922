import { crossesItself, hasArea, isSpike, type Numbers } from './polygon-shape.ts';
import type { KeypointShape } from './yaml-names.ts';

/*
 * Which form the lines of a YOLO file have. Behind the class number stand
 *   box        x_center y_center width height
 *   pose       a box, then keypoints: x y, or x y visibility, each
 *   polygon    x y for each corner, three or more; a turned box (OBB) is one of four corners
 * and behind each of these, with predictions, a confidence, and behind that a track number (1, 2, …). Their lengths
 * overlap, so the whole file decides:
 *   1. Four or five numbers are a box. Files mix such lines with others.
 *   2. `kpt_shape` of a data.yaml, where its length fits all other lines, makes them poses.
 *   3. Without it they are poses when all have one length and a box that lies in the picture with all its visible
 *      keypoints in or near it, and either every visibility is 0, 1 or 2 (from three keypoints on, or where one is 2),
 *      or the numbers, taken as a polygon, cross themselves at one corner in eight or more.
 *   4. Otherwise they are polygons, or boxes with confidence and track number (six numbers).
 *   5. The last number is a track number when it is written whole and is more than 1 in any line of the file. Where it
 *      is 1 everywhere, it is one only if the polygon without it and the confidence is sound and with them is not: it
 *      crosses itself, or the corner (confidence, 1) sticks out: farther from both its neighbours than any other two
 *      are apart (of four corners, three times as far). A triangle is always sound: `.5 .5 .2 .2 .4 1` is one, and it
 *      is said that it may not be.
 *   6. A single number behind a box or polygon is a track number when it is written whole in all lines and is more
 *      than 1 in any, else a confidence.
 * The box of a polygon is the upright box around it; that of a pose is its own.
 */

export const boxNumbers = 4;

export type Line = {
  readonly numbers: Numbers;
  /** The last number is written without a point. */
  readonly endsWhole: boolean;
};

export type LineForm = {
  readonly shape: 'box' | 'polygon';
  /** Numbers behind the shape. */
  readonly tail: 0 | 1 | 2;
  /** The first of them is a confidence; otherwise it is a track number. */
  readonly hasConfidence: boolean;
  /** The other reading is as good. */
  readonly isGuess: boolean;
};

export type FileForm = {
  readonly pose: KeypointShape | null;
  /** Lines with a confidence have a track number too. */
  readonly isTracked: boolean;
  /** Lines with one number behind the shape have a track number there. */
  readonly onlyTracks: boolean;
};

/** A pose has at most so many keypoints (a whole body has 133): longer lines are polygons, and are not examined. */
const mostKeypoints = 140;
/** A keypoint lies at most so far outside of its box, in parts of the box. */
const KEYPOINT_MARGIN = 0.15;
const ROUNDING = 0.01;
/** The longest first: a coordinate that is written as a whole 1 is rarer than the first track. */
const tails = [2, 1, 0] as const;

/** Decides by the lines of one file, without those that can't be read. */
export function fileFormOf(lines: readonly Line[], stated: KeypointShape | null): FileForm {
  const long = lines.filter(({ numbers }) => numbers.length > boxNumbers + 1);
  const pose = poseOf(long, stated);
  const odd = lines.filter(({ numbers }) => tailOfPose(numbers, pose) === 1 || numbers.length % 2 === 1);
  return {
    pose,
    isTracked: long.some(hasTrackNumber),
    onlyTracks: odd.every(({ endsWhole }) => endsWhole) && odd.some(({ numbers }) => (numbers.at(-1) ?? 0) > 1),
  };
}

const tailOfPose = (numbers: Numbers, pose: KeypointShape | null): LineForm['tail'] | undefined =>
  pose === null ? undefined : tails.find((tail) => numbers.length === boxNumbers + pose.count * pose.numbers + tail);

export function lineFormOf(line: Line, { pose, isTracked, onlyTracks }: FileForm): LineForm {
  const { numbers } = line;
  const sure = (shape: LineForm['shape'], tail: LineForm['tail']): LineForm => ({
    shape,
    tail,
    hasConfidence: tail === 2 || (tail === 1 && !onlyTracks),
    isGuess: false,
  });
  const length = numbers.length;
  if (length <= boxNumbers + 1) return sure('box', length === boxNumbers ? 0 : 1);
  const behindPose = tailOfPose(numbers, pose);
  if (behindPose !== undefined) return sure('box', behindPose);
  const last = numbers.at(-1) ?? 0;
  const untracked = sure('polygon', length % 2 === 0 ? 0 : 1);
  if (length === boxNumbers + 2) {
    if (!mayBeTracked(line)) return untracked;
    if (isTracked || last > 1 || !hasArea(numbers)) return sure('box', 2);
    return { ...untracked, isGuess: true };
  }
  if (!mayBeTracked(line)) return untracked;
  if (isTracked || last > 1) return sure('polygon', 2);
  const inner = numbers.slice(0, -2);
  return (crossesItself(numbers, 'last corner') && !crossesItself(inner, 'last corner')) || isSpike(numbers)
    ? sure('polygon', 2)
    : untracked;
}

const isFraction = (number: number): boolean => number >= 0 && number <= 1;

/** No coordinate is a whole number beyond 1 where all others are fractions. */
function hasTrackNumber({ numbers, endsWhole }: Line): boolean {
  const last = numbers.at(-1) ?? 0;
  return endsWhole && last > 1 && numbers.length % 2 === 0 && numbers.slice(0, -1).every((number) => number <= 1.5);
}

function poseOf(lines: readonly Line[], stated: KeypointShape | null): FileForm['pose'] {
  const length = lines[0]?.numbers.length ?? 0;
  if (length === 0) return null;
  if (stated !== null) {
    const least = boxNumbers + stated.count * stated.numbers;
    if (lines.every(({ numbers }) => numbers.length >= least && numbers.length <= least + 2)) return stated;
  }
  if (lines.some(({ numbers }) => numbers.length !== length)) return null;
  for (const numbers of [3, 2] as const) {
    for (const tail of tails) {
      const count = (length - boxNumbers - tail) / numbers;
      if (!Number.isInteger(count) || count < 2 || count > mostKeypoints) continue;
      const pose = { count, numbers, tail };
      if (lines.every((line) => holdsKeypoints(line, pose)) && outweighs(lines, pose)) return { count, numbers };
    }
  }
  return null;
}

type Pose = KeypointShape & Pick<LineForm, 'tail'>;

/** Whether a line makes sense as a pose: a box in the picture, visible keypoints in or near it, a sensible tail. */
function holdsKeypoints({ numbers, endsWhole }: Line, pose: Pose): boolean {
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  if (width <= 0 || height <= 0) return false;
  if (Math.min(x - width / 2, y - height / 2) < -ROUNDING || Math.max(x + width / 2, y + height / 2) > 1 + ROUNDING)
    return false;
  if (pose.tail > 0 && !isFraction(numbers.at(-pose.tail) ?? 2)) return false;
  if (pose.tail === 2 && !(endsWhole && (numbers.at(-1) ?? 0) >= 1)) return false;
  const [reachX, reachY] = [width * (0.5 + KEYPOINT_MARGIN), height * (0.5 + KEYPOINT_MARGIN)];
  return keypointsOf(numbers, pose).every(({ keyX, keyY, visibility }) => {
    if (visibility < 0 || visibility > 2) return false;
    // One that is not there is written 0 0.
    if (visibility === 0 || (keyX === 0 && keyY === 0)) return isFraction(keyX) && isFraction(keyY);
    return Math.abs(keyX - x) <= reachX && Math.abs(keyY - y) <= reachY;
  });
}

/** Rule 3: what speaks against a polygon, or so much for a pose that it does not matter. */
function outweighs(lines: readonly Line[], pose: KeypointShape): boolean {
  const visibilities = lines.flatMap(({ numbers }) => keypointsOf(numbers, pose).map(({ visibility }) => visibility));
  const areMarks = pose.numbers === 3 && visibilities.every((visibility) => [0, 1, 2].includes(visibility));
  if (areMarks && (pose.count >= 3 || visibilities.includes(2))) return true;
  return lines.some((line) => outlinesOf(line).every((outline) => crossesItself(outline, 'often')));
}

/** The corners of a line that is a polygon, without what may stand behind them. */
function outlinesOf(line: Line): readonly Numbers[] {
  const { numbers } = line;
  if (numbers.length % 2 === 1) return [numbers.slice(0, -1)];
  const inner = mayBeTracked(line) ? [numbers.slice(0, -2)] : [];
  return (numbers.at(-1) ?? 0) > 1 ? inner : [numbers, ...inner];
}

function mayBeTracked({ numbers, endsWhole }: Line): boolean {
  return numbers.length % 2 === 0 && endsWhole && (numbers.at(-1) ?? 0) >= 1 && isFraction(numbers.at(-2) ?? 2);
}

type Keypoint = { readonly keyX: number; readonly keyY: number; readonly visibility: number };

function keypointsOf(numbers: Numbers, { count, numbers: each }: KeypointShape): readonly Keypoint[] {
  return Array.from({ length: count }, (_, index) => {
    const at = boxNumbers + index * each;
    return { keyX: numbers[at] ?? 0, keyY: numbers[at + 1] ?? 0, visibility: each === 3 ? (numbers[at + 2] ?? 0) : 1 };
  });
}
