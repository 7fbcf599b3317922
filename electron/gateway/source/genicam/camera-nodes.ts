import type { Dependents } from './dependents.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import { type Formula, parseFormula } from './formula/formula.ts';
import type { RegisterCache } from './register-cache.ts';

export type LocalValue = bigint | number | string;

/** What outlives a single evaluation of a node map. */
export type CameraNodes = {
  readonly nodes: ReadonlyMap<string, DescriptionNode>;
  readonly dependents: Dependents;
  readonly cache: RegisterCache;
  /** Values that stand in the file and were changed since: they are kept here, not in the camera. */
  readonly locals: Map<string, LocalValue>;
  readonly formulas: FormulaShelf;
};

/** Formulas are parsed when they are first needed, and once. */
export class FormulaShelf {
  readonly #parsed = new Map<string, Formula>();

  /** Throws `FormulaError`. */
  get(text: string): Formula {
    const known = this.#parsed.get(text);
    if (known !== undefined) return known;
    const formula = parseFormula(text);
    this.#parsed.set(text, formula);
    return formula;
  }
}
