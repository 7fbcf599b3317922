import { quote } from './problems.ts';
import { decodeText, MAX_CLASSES, textLines } from './text.ts';
import { type KeypointShape, readKeypointShape, readYamlNames } from './yaml-names.ts';

/** Class names by class number; an empty name where the list has a gap. */
export type ClassList =
  | { readonly ok: true; readonly names: readonly string[]; readonly keypoints?: KeypointShape }
  | { readonly ok: false; readonly why: string; readonly keypoints?: KeypointShape };

/**
 * Reads `classes.txt`, `obj.names` (a name a line) or `data.yaml` (`names:` as a list or a map). Null for a YAML file
 * without names: it says something else.
 */
export function readClassList(fileName: string, bytes: Uint8Array): ClassList | null {
  const decoded = decodeText(bytes);
  if (!decoded.ok) return { ok: false, why: decoded.why };
  if (/\.ya?ml$/i.test(fileName)) {
    const list = readYamlNames(decoded.text);
    const keypoints = readKeypointShape(decoded.text);
    return list === null || keypoints === null ? list : { ...list, keypoints };
  }
  const names: string[] = [];
  for (const { line } of textLines(decoded.text)) {
    if (names.length >= MAX_CLASSES) return { ok: false, why: `it has more than ${MAX_CLASSES} lines` };
    names.push(line.slice(0, 256));
  }
  while (names.at(-1) === '') names.pop();
  if (names.length === 0) return { ok: false, why: 'it is empty' };
  const numbered = names.find((name) => /^\d+([\s,;]+[\d.]+){4,}$/.test(name));
  if (numbered !== undefined)
    return { ok: false, why: `it holds boxes (${quote(numbered)}), expected a class name a line` };
  return { ok: true, names };
}
