/** Corners as x, y, x, y, … */
export type Numbers = readonly number[];

type Point = { readonly x: number; readonly y: number };

/** Of so many corners one crossing of edges is a slip; one in fewer is no outline. */
const cornersForCrossing = 8;
/** A corner sticks out that is so many times farther from both its neighbours than any other two are apart. */
const spikeOf = (corners: number): number => (corners <= 4 ? 3 : 1);

const pointsOf = (numbers: Numbers): readonly Point[] =>
  Array.from({ length: Math.floor(numbers.length / 2) }, (_, index) => ({
    x: numbers[2 * index] ?? 0,
    y: numbers[2 * index + 1] ?? 0,
  }));

export function hasArea(numbers: Numbers): boolean {
  const points = pointsOf(numbers);
  const [first = { x: 0, y: 0 }] = points;
  return points.some((point, index) => Math.abs(side(first, points[index - 1] ?? first, point)) > 1e-9);
}

/**
 * Whether edges of a polygon cross: `often`, at one corner in eight or more (its cost grows with the square of the
 * corners, so only short lines are asked); or those at its `last corner` do at all.
 */
export function crossesItself(numbers: Numbers, which: 'often' | 'last corner'): boolean {
  const points = pointsOf(numbers);
  const count = points.length;
  const crosses = (one: number, other: number): boolean => {
    const [a, b, c, d] = [points[one], points[(one + 1) % count], points[other], points[(other + 1) % count]];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return false;
    return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
  };
  if (which === 'last corner') {
    for (let edge = 0; edge < count - 1; edge += 1)
      if (crosses(count - 1, edge) || crosses(count - 2, edge)) return true;
    return false;
  }
  let crossings = 0;
  for (let one = 0; one < count; one += 1)
    for (let other = one + 2; other < count; other += 1) if (crosses(one, other)) crossings += 1;
  return crossings * cornersForCrossing >= count;
}

/** Whether the last corner sticks out as no other does. */
export function isSpike(numbers: Numbers): boolean {
  const points = pointsOf(numbers);
  const lengths = points.map((point, index) => {
    const next = points[(index + 1) % points.length] ?? point;
    return Math.hypot(next.x - point.x, next.y - point.y);
  });
  const longest = lengths.slice(0, -2).reduce((most, length) => Math.max(most, length), 0);
  return Math.min(lengths.at(-1) ?? 0, lengths.at(-2) ?? 0) > spikeOf(points.length) * longest;
}

/** On which side of the line from a to b the point c lies; 0 on it. */
const side = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
