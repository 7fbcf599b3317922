import type { DescriptionNode, Operand } from './description/description-nodes.ts';

/** Who has to be asked again when a node changes. */
export class Dependents {
  readonly #nodes: ReadonlyMap<string, DescriptionNode>;
  /** From a node to those that name it. */
  readonly #namedBy = new Map<string, Set<string>>();

  constructor(nodes: ReadonlyMap<string, DescriptionNode>) {
    this.#nodes = nodes;
    for (const node of nodes.values()) {
      for (const link of linksOf(node)) {
        const known = this.#namedBy.get(link);
        if (known === undefined) this.#namedBy.set(link, new Set([node.name]));
        else known.add(node.name);
      }
    }
  }

  /**
   * All that `name` has a part in, directly or not (values, formulas, addresses, conditions, `pInvalidator`), and what
   * the selectors among them select. Without `name` itself.
   */
  of(name: string): ReadonlySet<string> {
    const changed = closure([name], (node) => this.#namedBy.get(node) ?? []);
    const selected = [...changed].flatMap((node) => this.#nodes.get(node)?.selected ?? []);
    // A selected feature's own registers change their meaning, so this goes down instead of up.
    const below = closure(selected, (node) => {
      const found = this.#nodes.get(node);
      return found === undefined ? [] : linksOf(found);
    });
    const all = new Set([...changed, ...below]);
    all.delete(name);
    return all;
  }
}

function closure(start: readonly string[], next: (node: string) => Iterable<string>): Set<string> {
  const found = new Set(start);
  const open = [...start];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const neighbour of next(node)) {
      if (found.has(neighbour)) continue;
      found.add(neighbour);
      open.push(neighbour);
    }
  }
  return found;
}

/** The nodes that a node's value, range or condition is made of. */
export function linksOf(node: DescriptionNode): readonly string[] {
  const operands: (Operand | null)[] = [
    node.value,
    node.fallback,
    node.minimum,
    node.maximum,
    node.increment,
    node.commandValue,
    ...node.indexed.map((indexed) => indexed.value),
    ...(node.register?.addresses ?? []),
    ...(node.register?.indexes.map((index) => index.offset) ?? []),
    node.register?.length ?? null,
  ];
  const named = [
    node.isImplemented,
    node.isAvailable,
    node.isLocked,
    node.index,
    ...node.invalidators,
    ...node.copies,
    ...node.variables.map((variable) => variable.node),
    ...(node.register?.indexes.map((index) => index.node) ?? []),
    ...node.entries.flatMap((entry) => [entry.isImplemented, entry.isAvailable]),
  ];
  return [
    ...operands.flatMap((operand) => (operand !== null && 'node' in operand ? [operand.node] : [])),
    ...named.flatMap((name) => (name === null ? [] : [name])),
  ];
}
