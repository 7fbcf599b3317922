import { type Message, message } from '../../../../shared/messages/message.ts';
import { linksOf } from './dependents.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluator } from './evaluator.ts';
import { oneLine } from './genicam-errors.ts';

/** Real chains have two or three steps: a feature, a converter, a register. */
const deepest = 10;
const mostNamed = 3;
const settings: ReadonlySet<DescriptionNode['kind']> = new Set(['Integer', 'Float', 'Boolean', 'Enumeration']);

/** The condition that keeps a feature, or what its value is written to, from being written now; null where none does. */
export async function lockOf(node: DescriptionNode, evaluator: Evaluator): Promise<string | null> {
  let current = node;
  for (let step = 0; step < deepest; step += 1) {
    const { isLocked } = current;
    if (isLocked !== null && (await evaluator.integer(isLocked)) !== 0n) return isLocked;
    const source = await evaluator.source(current);
    if (source === null || !('node' in source.operand)) return null;
    current = evaluator.node(source.operand.node);
  }
  return null;
}

/** Which settings the condition is made of, and what they are: `"TLParamsLocked" is 0`. */
export async function locksOf(lock: string, evaluator: Evaluator): Promise<readonly Message[]> {
  const found: { readonly name: string; readonly value: string | null }[] = [];
  const seen = new Set([lock]);
  const open = [lock];
  for (let name = open.shift(); name !== undefined && found.length < mostNamed; name = open.shift()) {
    const node = evaluator.camera.nodes.get(name);
    if (node === undefined) continue;
    if (settings.has(node.kind)) {
      // It may be known by its name only.
      const value = await evaluator.text(name).catch(() => null);
      found.push({ name: oneLine(name), value: value === null ? null : oneLine(value) });
      continue;
    }
    for (const link of linksOf(node)) if (!seen.has(link)) open.push(link);
    for (const link of linksOf(node)) seen.add(link);
  }
  if (found.length === 0) return [message('camera-lock', { context: 'by', name: oneLine(lock), value: '' })];
  return found.map(({ name, value }, index) => {
    const known = value === null ? 'named' : 'is';
    const context = index < found.length - 1 ? (`${known}-more` as const) : known;
    return message('camera-lock', { context, name, value: value ?? '' });
  });
}
