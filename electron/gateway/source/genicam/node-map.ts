import type { Feature, FeatureValue } from '../../../../shared/camera.ts';
import { message } from '../../../../shared/messages/message.ts';
import { type Clock, sleep, systemClock } from '../../platform/clock.ts';
import { Mutex } from '../../platform/mutex.ts';
import { type CameraNodes, FormulaShelf } from './camera-nodes.ts';
import { Dependents } from './dependents.ts';
import type { Description } from './description/description.ts';
import type { DescriptionNode } from './description/description-nodes.ts';
import { Evaluation } from './evaluation.ts';
import { listFeatures } from './feature-list.ts';
import { requireWritable, setFeature } from './feature-setting.ts';
import { availableEntries, featureKind, featureValue } from './feature-values.ts';
import { namedRefusal, oneLine, refusal } from './genicam-errors.ts';
import type { MemoryPort } from './memory-port.ts';
import { isReadable } from './node-access.ts';
import { commandValueOf, writeSource } from './node-writes.ts';
import { RegisterCache } from './register-cache.ts';

export type ExecuteOptions = {
  /** How long to wait until the camera reports a command as done, where it can. */
  readonly waitMilliseconds?: number;
};

const defaultWaitMilliseconds = 5_000;
const shortestPoll = 10;
const longestPoll = 1_000;

/**
 * A camera's features, by the names of its GenICam file. Reading may be done at any time and at once; writing is done
 * one after the other. Everything rejects with a `OperatorError` that names the feature, or with the error of the port
 * when the camera can't be reached.
 */
export class NodeMap {
  readonly description: Description;
  readonly #camera: CameraNodes;
  readonly #clock: Clock;
  readonly #writing = new Mutex();

  private constructor(description: Description, port: MemoryPort, clock: Clock) {
    this.description = description;
    this.#clock = clock;
    this.#camera = {
      nodes: description.nodes,
      dependents: new Dependents(description.nodes),
      cache: new RegisterCache(port),
      locals: new Map(),
      formulas: new FormulaShelf(),
    };
  }

  /** Reads nothing yet. */
  static open(description: Description, port: MemoryPort, clock: Clock = systemClock): NodeMap {
    return new NodeMap(description, port, clock);
  }

  has(name: string): boolean {
    return this.#camera.nodes.has(name);
  }

  /**
   * All that the categories lead to, read from the camera anew. `unlocked`: values of those features that lock others
   * only while pictures are taken, at any other time; what they lock now is listed as it is then.
   */
  async features(unlocked: ReadonlyMap<string, bigint> = new Map()): Promise<readonly Feature[]> {
    this.invalidate();
    return listFeatures(new Evaluation(this.#camera), new Evaluation(this.#camera, { assumed: unlocked }));
  }

  async get(name: string): Promise<FeatureValue> {
    const evaluation = new Evaluation(this.#camera);
    const node = this.#feature(name);
    await requireReadable(node, evaluation);
    const value = await featureValue(node, evaluation);
    if (value === null) throw refusal(message('camera-setting-no-value', { name: oneLine(name) }));
    return value;
  }

  /** Integers may also be given in digits, decimal or 0x; registers in hexadecimal. */
  set(name: string, value: FeatureValue): Promise<void> {
    return this.#write(name, () => setFeature(this.#feature(name), value, new Evaluation(this.#camera)));
  }

  /**
   * Resolves once the camera has taken the command. Where the file names a polling time for it, this waits until the
   * command is done, or `waitMilliseconds`: some stay under way on purpose, as an acquisition does. False where it is
   * not done by then, as far as the camera tells.
   */
  async execute(name: string, options: ExecuteOptions = {}): Promise<boolean> {
    const node = this.#command(name);
    await this.#write(name, async () => {
      const evaluation = new Evaluation(this.#camera);
      await requireWritable(node, evaluation, null);
      await writeSource(node, await commandValueOf(node, evaluation), evaluation, { transient: true });
    });
    if (node.pollingTime === null) return true;
    const poll = Math.min(Math.max(node.pollingTime, shortestPoll), longestPoll);
    const end = this.#clock.monotonic() + (options.waitMilliseconds ?? defaultWaitMilliseconds);
    while (this.#clock.monotonic() < end) {
      if (await this.isDone(name)) return true;
      await sleep(this.#clock, poll);
    }
    return false;
  }

  /** A command is done when its register no longer holds what was written; at once where that can't be read. */
  async isDone(name: string): Promise<boolean> {
    const node = this.#command(name);
    const evaluation = new Evaluation(this.#camera, { fresh: true });
    const source = await evaluation.source(node);
    if (source === null || !('node' in source.operand)) return true;
    if (!isReadable(await evaluation.access(source.operand.node))) return true;
    return (await evaluation.integer(source.operand.node)) !== (await commandValueOf(node, evaluation));
  }

  /** Exact; of an enumeration its number, of a boolean 1 or 0. */
  async integer(name: string): Promise<bigint> {
    const evaluation = new Evaluation(this.#camera);
    await requireReadable(this.#feature(name), evaluation);
    return evaluation.integer(name);
  }

  async float(name: string): Promise<number> {
    const evaluation = new Evaluation(this.#camera);
    await requireReadable(this.#feature(name), evaluation);
    return Number(await evaluation.number(name));
  }

  /** The names that an enumeration may be set to now. */
  async choices(name: string): Promise<readonly string[]> {
    const entries = await availableEntries(this.#feature(name), new Evaluation(this.#camera));
    return entries.map((entry) => entry.name);
  }

  /** A feature of a picture's chunk data (`ChunkExposureTime`), by the chunks that came with it, by their ids. */
  async chunkValue(name: string, chunks: ReadonlyMap<number, Uint8Array>): Promise<FeatureValue | null> {
    const evaluation = new Evaluation(this.#camera, { chunks });
    const node = this.#feature(name);
    return isReadable(await evaluation.access(name)) ? featureValue(node, evaluation) : null;
  }

  /** Everything is read from the camera again. */
  invalidate(): void {
    this.#camera.cache.forgetAll();
  }

  #feature(name: string): DescriptionNode {
    const node = this.#camera.nodes.get(name);
    if (node !== undefined && featureKind(node) !== null) return node;
    throw refusal(message('camera-setting-missing', { name: oneLine(name) }));
  }

  #command(name: string): DescriptionNode {
    const node = this.#feature(name);
    if (node.kind === 'Command') return node;
    throw refusal(message('camera-setting-no-command', { name: oneLine(name) }));
  }

  /** One after the other: changing a few bits of a register is a read and a write. */
  #write(name: string, work: () => Promise<void>): Promise<void> {
    return this.#writing.run(work).catch((error: unknown) => {
      throw namedRefusal(name, error);
    });
  }
}

async function requireReadable(node: DescriptionNode, evaluation: Evaluation): Promise<void> {
  const access = await evaluation.access(node.name);
  if (isReadable(access)) return;
  const name = oneLine(node.name);
  throw refusal(
    access === 'WO'
      ? message('camera-setting-write-only', { name })
      : message('camera-setting-unavailable', { context: 'read', name, value: '' }),
  );
}
