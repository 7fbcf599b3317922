import { type Box, boxAround, relativeEdges } from './box.ts';
import { isObject, type JsonObject } from './json-text.ts';
import { coordinateSize } from './picture-scale.ts';
import { describeValue, readNumber } from './problems.ts';
import type { Reader, SidecarOutcome } from './reading.ts';

/*
 * LabelMe: `shapes[]` with label, shape_type and points in pixels, beside imageWidth and imageHeight. The picture
 * itself (`imageData`, base64) is ignored. Every shape with an area becomes the upright box around it.
 */

export const isLabelMe = (value: JsonObject): boolean => Array.isArray(value.shapes);

export function readLabelMe(value: JsonObject, reader: Reader): SidecarOutcome {
  const shapes = value.shapes;
  if (!Array.isArray(shapes)) return reader.bad(`"shapes" ${describeValue(shapes)}, expected a list`);
  const size = coordinateSize(reader, value.imageWidth, value.imageHeight);
  const { annotations, problems } = reader;
  for (const [index, shape] of shapes.entries()) {
    if (annotations.overflowed) break;
    const where = `shapes[${index}]`;
    if (!isObject(shape)) {
      problems.add(`${where} ${describeValue(shape)}, expected an object`);
      continue;
    }
    const box = boxOfShape(shape);
    if (typeof box === 'string') problems.add(`${where} is left out: ${box}`);
    else annotations.add(where, shape.label, relativeEdges(box, size), shape.score);
  }
  return reader.read('labelme');
}

type Edges = Extract<Box, { kind: 'edges' }>;

/** Fewest points a shape needs, for the shapes that have an area. */
const fewestPoints: Readonly<Record<string, number>> = { rectangle: 2, mask: 2, polygon: 3, rotation: 3, circle: 2 };

/** The box in pixels, or why there is none. */
function boxOfShape(shape: JsonObject): Edges | string {
  // Files of early versions name no shape: everything was a polygon.
  const type = shape.shape_type ?? 'polygon';
  const fewest = typeof type === 'string' && Object.hasOwn(fewestPoints, type) ? fewestPoints[type] : undefined;
  if (fewest === undefined) {
    return `its shape_type ${describeValue(type)}; rectangles, polygons, circles and masks can be used`;
  }
  const points = shape.points;
  if (!Array.isArray(points))
    return `its points ${describeValue(points).replace(/^is/, 'are')}, expected a list of [x, y]`;
  if (points.length < fewest) return `it has ${points.length} points, a ${String(type)} needs ${fewest}`;
  const numbers: number[] = [];
  for (const [index, point] of points.entries()) {
    const x = Array.isArray(point) ? readNumber(point[0]) : null;
    const y = Array.isArray(point) ? readNumber(point[1]) : null;
    if (x === null || y === null) return `points[${index}] is not a pair of numbers [x, y]`;
    numbers.push(x, y);
  }
  const box = type === 'circle' ? boxOfCircle(numbers) : boxAround(numbers);
  return box?.kind === 'edges' ? box : 'its points make no box';
}

/** A circle is its centre and a point on it. */
function boxOfCircle([x = 0, y = 0, onX = 0, onY = 0]: readonly number[]): Edges {
  const radius = Math.hypot(onX - x, onY - y);
  return { kind: 'edges', left: x - radius, top: y - radius, right: x + radius, bottom: y + radius };
}
