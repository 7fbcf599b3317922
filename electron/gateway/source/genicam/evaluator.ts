import type { CameraNodes } from './camera-nodes.ts';
import type { DescriptionNode, Operand } from './description/description-nodes.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import type { Place } from './register-cache.ts';

/**
 * GenICam's access modes: not implemented (this camera does not have it), not available (now), read only, write only,
 * read and write.
 */
export type NodeAccess = 'NI' | 'NA' | 'RO' | 'WO' | 'RW';

/** Null where it has no such bound. */
export type NodeRange = {
  readonly minimum: NumberValue | null;
  readonly maximum: NumberValue | null;
  readonly increment: NumberValue | null;
};

export type RegisterPlace = Place & {
  readonly leadsTo:
    | { readonly kind: 'camera' }
    | { readonly kind: 'chunk'; readonly id: number }
    | { readonly kind: 'event' };
};

/** Where a node's value comes from. `local`: under which name a value that is not the camera's is kept. */
export type ValueSource = { readonly operand: Operand; readonly local: string };

/**
 * One consistent look at a camera: what was worked out is not worked out again, so each question costs the camera one
 * access at most. Every method rejects with a `OperatorError`, or with the port's own error; ask one thing at a time.
 */
export type Evaluator = {
  readonly camera: CameraNodes;
  /** Of the picture that is looked at; empty where it is the camera. */
  readonly chunks: ReadonlyMap<number, Uint8Array>;
  readonly node: (name: string) => DescriptionNode;
  readonly number: (name: string) => Promise<NumberValue>;
  /** Rounded, where the node is none. */
  readonly integer: (name: string) => Promise<bigint>;
  readonly text: (name: string) => Promise<string>;
  readonly bytes: (name: string) => Promise<Uint8Array>;
  readonly access: (name: string) => Promise<NodeAccess>;
  readonly range: (name: string) => Promise<NodeRange>;
  readonly place: (name: string) => Promise<RegisterPlace>;
  /** Null where the node has no value at all. */
  readonly source: (node: DescriptionNode) => Promise<ValueSource | null>;
};
