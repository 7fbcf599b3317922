import { OperatorError } from '../../../../../electron/gateway/platform/errors.ts';
import { parseDescription } from '../../../../../electron/gateway/source/genicam/description/description.ts';
import { NodeMap } from '../../../../../electron/gateway/source/genicam/node-map.ts';
import { seededRandom } from '../../../../../electron/simulators/camera/faults.ts';
import { featureSchema } from '../../../../../shared/camera.ts';
import { mutated } from './mutations.ts';

export const fuzzRuns = Number(process.env['ACUSIGHT_FUZZ'] ?? 1_000);

export type FuzzOutcome = {
  /** Files that were accepted, features that were listed in them, and settings that were taken. */
  readonly opened: number;
  readonly features: number;
  readonly taken: number;
  /** The most accesses that one file cost the camera. */
  readonly mostAccesses: number;
  readonly slowestMilliseconds: number;
};

/** Any error that is not an `OperatorError` gets out, with the number of the run. */
export async function fuzzDescriptions(xml: string, runs: number, seed: number): Promise<FuzzOutcome> {
  const sum = { opened: 0, features: 0, taken: 0, mostAccesses: 0, slowestMilliseconds: 0 };
  for (let run = 0; run < runs; run += 1) {
    const random = seededRandom(seed + run);
    const begin = performance.now();
    try {
      const accesses = await fuzzOnce(mutated(xml, random), random, sum);
      sum.mostAccesses = Math.max(sum.mostAccesses, accesses);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw new Error(`run ${run}`, { cause: error });
    }
    sum.slowestMilliseconds = Math.max(sum.slowestMilliseconds, performance.now() - begin);
  }
  return sum;
}

type Sums = { opened: number; features: number; taken: number };

async function fuzzOnce(xml: string, random: () => number, sum: Sums): Promise<number> {
  let accesses = 0;
  const access = (): void => {
    accesses += 1;
    if (random() < 0.02) throw Object.assign(new Error('refused'), { status: 0x8003 });
  };
  const map = NodeMap.open(parseDescription(Buffer.from(xml)), {
    readMemory: async (_address, length) => {
      access();
      return Buffer.from(Uint8Array.from({ length }, () => random() * 256));
    },
    writeMemory: async () => access(),
  });
  sum.opened += 1;
  const features = await map.features();
  sum.features += features.length;
  for (const feature of features) {
    featureSchema.parse(feature);
    if (feature.kind === 'command') await tolerated(map.execute(feature.name, { waitMilliseconds: 0 }));
    else if (feature.value !== null) sum.taken += (await tolerated(map.set(feature.name, feature.value))) ? 1 : 0;
  }
  return accesses;
}

async function tolerated(work: Promise<unknown>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}
