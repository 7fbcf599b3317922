import type { Answers, CoreOperation, DoctorCheck } from '../../shared/contract.ts';
import type { SourceSnapshot } from '../../shared/snapshot.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { cameraChecks } from './wiring/camera-checks.ts';
import type { GatewayParts } from './wiring/gateway-parts.ts';
import { shutOf } from './wiring/shut-keyring.ts';
import { examineSite } from './wiring/site-doctor.ts';

export type OperationContext = {
  readonly options: GatewayOptions;
  readonly parts: GatewayParts;
  /** As the window shows them. */
  readonly sources: () => readonly SourceSnapshot[];
  readonly onChange: () => void;
};

/**
 * Carries the contract out, by its own names: what a person may ask of the gateway, and what is done for it. A click
 * bears one name from the button to here; a new operation needs its line in the contract and one here, and nothing
 * between them. Requests come parsed: whoever calls has checked them against the contract.
 */
export function makeOperations({ options, parts, sources, onChange }: OperationContext) {
  const { clock } = options;
  const { store, way, cameras, intakes, ledgerWatch } = parts;
  const { outbox, deadLetters, losses, files, catalogue, ledger } = store;
  /** More may wait for delivery now, and the window sees it at once. */
  const done = (changed: number): { changed: number } => {
    way.syncer.wake();
    onChange();
    return { changed };
  };
  return {
    'queue.page': ({ filter, cursor, limit }) => catalogue.page(filter, cursor, limit),
    'image.detail': ({ imageId }) => ({ image: catalogue.detail(imageId) }),
    'refusals.page': ({ cursor, limit }) => files.refusalsPage(cursor, limit),
    'refusal.recheck': ({ id }) => {
      const found = files.refusal(id);
      if (found === null) return { changed: 0 };
      intakes.find(found.sourceId)?.source.recheck(found.path);
      return { changed: 1 };
    },
    'losses.acknowledge': () => done(losses.acknowledge(clock.now())),
    'entry.retry': ({ imageId }) => done(outbox.retryNow(imageId)),
    'dead.requeue': ({ selection }) => done(deadLetters.requeue(selection, clock.now())),
    'dead.delete': async ({ selection }) => done(await deadLetters.deleteDead(selection, clock.now())),
    'ledger.page': ({ cursor, limit }) => ledger.page(cursor, limit),
    'ledger.verify': () => ledgerWatch.verify(),
    'cameras.find': () => cameras.find(),
    'camera.forceIp': async (request) => {
      await cameras.forceIp(request);
      return {};
    },
    'camera.trigger': async ({ sourceId }) => {
      await cameras.trigger(sourceId, 'window');
      return {};
    },
    'camera.features': async ({ sourceId }) => ({ features: [...(await cameras.features(sourceId))] }),
    'camera.setFeature': async ({ sourceId, name, value }) => ({
      features: [...(await cameras.setFeature(sourceId, name, value))],
    }),
    'camera.runCommand': async ({ sourceId, name }) => ({ features: [...(await cameras.runCommand(sourceId, name))] }),
    'camera.saveSettings': async ({ sourceId }) => ({ saved: await cameras.saveSettings(sourceId) }),
    'camera.loadSettings': ({ sourceId }) => cameras.loadSettings(sourceId),
    'camera.liveFrame': async ({ sourceId, after, testShot }) => ({
      liveFrame: await cameras.liveFrame(sourceId, after, testShot),
    }),
    'doctor.run': async () => ({ checks: [...(await examine(options)), ...cameraChecks(sources())] }),
    'sync.tryNow': () => {
      parts.tryNow();
      return {};
    },
  } satisfies Answers<CoreOperation>;
}

/** Takes seconds, at most two minutes. */
async function examine(options: GatewayOptions): Promise<readonly DoctorCheck[]> {
  const { config, dataDir, secrets, files, clock, identity, askProxy } = options;
  const checks: DoctorCheck[] = [];
  const visit = examineSite({
    config,
    dataDir,
    secrets: secrets(),
    shut: shutOf(config, secrets()),
    askProxy,
    files,
    clock,
    signal: new AbortController().signal,
    userAgent: `acusight-line-gateway/${identity.version}`,
  });
  for await (const check of visit) checks.push(check);
  return checks;
}
