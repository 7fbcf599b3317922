import type { CameraNodes } from './camera-nodes.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import type { Evaluator, NodeAccess, NodeRange, RegisterPlace, ValueSource } from './evaluator.ts';
import type { NumberValue } from './formula/formula-evaluation.ts';
import { nodeError, quoted } from './genicam-errors.ts';
import { accessOf } from './node-access.ts';
import { rangeOf } from './node-range.ts';
import { numberOf, rounded, sourceOf, textOf } from './node-values.ts';
import { orderOf, placeOf, registerOf } from './register-place.ts';

/** Real descriptions stay below thirty. */
const deepest = 150;

type Outcome = { readonly value: unknown } | { readonly error: unknown };

export type EvaluationOptions = {
  /** Nothing that is remembered counts. */
  readonly fresh?: boolean;
  readonly chunks?: ReadonlyMap<number, Uint8Array>;
  /** Nodes that are looked at as if they had these values. */
  readonly assumed?: ReadonlyMap<string, bigint>;
};

/**
 * See `Evaluator`. Nodes that need themselves are an error that names them, and no node is worked out twice: the
 * time that a description takes is bounded by its size.
 */
export class Evaluation implements Evaluator {
  readonly camera: CameraNodes;
  readonly chunks: ReadonlyMap<number, Uint8Array>;
  readonly #fresh: boolean;
  readonly #assumed: ReadonlyMap<string, bigint>;
  readonly #done = new Map<string, Outcome>();
  readonly #open = new Set<string>();

  constructor(camera: CameraNodes, options: EvaluationOptions = {}) {
    this.camera = camera;
    this.chunks = options.chunks ?? new Map();
    this.#fresh = options.fresh ?? false;
    this.#assumed = options.assumed ?? new Map();
  }

  node(name: string): DescriptionNode {
    const node = this.camera.nodes.get(name);
    if (node === undefined) throw nodeError(name, 'the description names it, but does not say what it is');
    return node;
  }

  async number(name: string): Promise<NumberValue> {
    return this.#assumed.get(name) ?? this.#once('value', name, (node) => numberOf(node, this));
  }

  async integer(name: string): Promise<bigint> {
    const value = await this.number(name);
    return rounded(this.node(name), value);
  }

  text(name: string): Promise<string> {
    return this.#once('text', name, (node) => textOf(node, this));
  }

  bytes(name: string): Promise<Uint8Array> {
    return this.#once('bytes', name, (node) => this.#read(node));
  }

  access(name: string): Promise<NodeAccess> {
    return this.#once('access', name, (node) => accessOf(node, this));
  }

  range(name: string): Promise<NodeRange> {
    return this.#once('range', name, (node) => rangeOf(node, this));
  }

  place(name: string): Promise<RegisterPlace> {
    return this.#once('place', name, (node) => placeOf(node, this));
  }

  source(node: DescriptionNode): Promise<ValueSource | null> {
    return sourceOf(node, this);
  }

  /** Runs `work` as a part of what is under way, so that it can't be entered by itself again. */
  async within<Result>(step: string, name: string, work: (node: DescriptionNode) => Promise<Result>): Promise<Result> {
    const key = `${step} ${name}`;
    if (this.#open.has(key)) throw nodeError(name, 'it depends on itself');
    if (this.#open.size >= deepest) {
      const first = [...this.#open][0]?.split(' ')[1] ?? name;
      throw nodeError(name, `it depends on too many others, and ${quoted(first)} on it`);
    }
    this.#open.add(key);
    try {
      return await work(this.node(name));
    } finally {
      this.#open.delete(key);
    }
  }

  async #once<Result>(step: string, name: string, work: (node: DescriptionNode) => Promise<Result>): Promise<Result> {
    const key = `${step} ${name}`;
    const known = this.#done.get(key);
    if (known !== undefined) {
      if ('error' in known) throw known.error;
      return known.value as Result;
    }
    try {
      const value = await this.within(step, name, work);
      this.#done.set(key, { value });
      return value;
    } catch (error) {
      this.#done.set(key, { error });
      throw error;
    }
  }

  async #read(node: DescriptionNode): Promise<Uint8Array> {
    const facts = registerOf(node);
    const place = await this.place(node.name);
    if (place.leadsTo.kind === 'event') throw nodeError(node.name, 'it comes with an event of the camera only');
    if (place.leadsTo.kind === 'chunk') return this.#chunk(node, place, place.leadsTo.id);
    if (facts.access === 'WO') throw nodeError(node.name, 'it can only be written');
    const fresh = this.#fresh || facts.polled;
    return this.camera.cache.read(place, { node: node.name, cachable: facts.cachable, order: orderOf(node), fresh });
  }

  #chunk(node: DescriptionNode, place: RegisterPlace, chunkId: number): Uint8Array {
    const chunk = this.chunks.get(chunkId);
    if (chunk === undefined) throw nodeError(node.name, 'the picture does not carry it');
    const bytes = chunk.subarray(place.address, place.address + place.length);
    const mayBeShort = node.kind === 'StringReg' || node.kind === 'Register';
    if (bytes.byteLength < place.length && !mayBeShort)
      throw nodeError(node.name, 'the picture carries too little of it');
    return bytes;
  }
}
