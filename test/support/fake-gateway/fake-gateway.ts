import type { Feature, FeatureValue } from '../../../shared/camera.ts';
import type { GatewayBridge, Operation, QueueFilter } from '../../../shared/contract.ts';
import { legacy, message } from '../../../shared/messages/message.ts';
import type { Failure } from '../../../shared/result.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import { failureSaying } from '../spoken.ts';
import { fakeLook, ticking } from './fake-cameras.ts';
import { fakeFeatures, withFeature } from './fake-features.ts';
import { type FakeWorld, fakeAt, fakeById } from './fake-images.ts';
import { faultySite, soundSite } from './fake-site.ts';
import type { Scenario } from './scenario-base.ts';

/** What a camera does not take. */
class Refused extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.code);
    this.failure = failure;
  }
}

const slow = new Set(['ledger.verify', 'doctor.run', 'device.provision', 'cameras.find']);

async function answered(answer: () => unknown): Promise<unknown> {
  try {
    return { ok: true, value: await answer() };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.failure };
    throw error;
  }
}

/** A `window.gateway` to look at the window with. It answers from a scenario; commands change nothing. */
export function fakeGateway(scenario: Scenario): GatewayBridge {
  let revision = 1;
  let arrived = 0;
  const began = Date.now();
  const total = (): number => scenario.world.total + arrived;
  // Serial numbers stay with their image while new ones arrive at the top.
  const world = (): FakeWorld => ({ ...scenario.world, total: total(), waiting: scenario.world.waiting + arrived });
  const snapshot = (): Snapshot => ({
    ...scenario.snapshot,
    revision,
    at: Date.now(),
    sources: scenario.snapshot.sources.map((one) => ticking(one, Date.now())),
    counts: {
      ...scenario.snapshot.counts,
      collected: scenario.snapshot.counts.collected + arrived,
      pending: scenario.snapshot.counts.pending + arrived,
    },
    recent: Array.from({ length: Math.min(12, total()) }, (_, index) => fakeAt(world(), 'all', index)).flatMap(
      (image) => (image === null ? [] : [image]),
    ),
  });

  // The cameras' settings, and the last live picture.
  let features: readonly Feature[] = fakeFeatures();
  let looks = 0;
  const shots = new Map<string, number>();
  const liveFrame = async (id: string, testShot: boolean): Promise<unknown> => {
    const state = scenario.snapshot.sources.find((one) => one.id === id)?.state;
    const triggered = Date.now() - (shots.get(id) ?? 0) < 1_000;
    if (state !== 'streaming' && !triggered && !(testShot && state === 'armed')) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      return { liveFrame: null };
    }
    shots.delete(id);
    await new Promise((resolve) => setTimeout(resolve, testShot ? 400 : 100));
    looks += 1;
    return { liveFrame: fakeLook(looks, Date.now()) };
  };

  const sizeOf = (selection: unknown): number =>
    Array.isArray(selection) ? selection.length : scenario.snapshot.counts.dead;
  const answers: Partial<Record<Operation, (request: Record<string, unknown>) => unknown>> = {
    'snapshot.get': () => snapshot(),
    'queue.page': ({ filter, cursor, limit }) => {
      // A cursor is the serial number above which everything was listed already.
      const fresh = cursor === null ? 0 : total() - Number(String(cursor).split(':')[1]);
      const from = cursor === null ? 0 : Number(String(cursor).split(':')[0]) + fresh;
      const rows = Array.from({ length: Number(limit) }, (_, index) =>
        fakeAt(world(), filter as QueueFilter, from + index),
      ).flatMap((row) => (row === null ? [] : [row]));
      return { rows, nextCursor: rows.length < Number(limit) ? null : `${from + rows.length}:${total()}` };
    },
    'image.detail': ({ imageId }) => ({ image: fakeById(world(), String(imageId)) }),
    'refusals.page': () => ({ rows: scenario.refusals, nextCursor: null }),
    'refusal.recheck': () => ({ changed: 1 }),
    'entry.retry': () => ({ changed: 1 }),
    'dead.requeue': ({ selection }) => ({ changed: sizeOf(selection) }),
    'dead.delete': ({ selection }) => ({ changed: sizeOf(selection) }),
    'dead.export': ({ selection }) => ({ exported: sizeOf(selection), path: '/media/usb/dead-letters-2026-11-21' }),
    'ledger.page': ({ cursor }) =>
      cursor === null
        ? { rows: scenario.ledger.slice(0, 100), nextCursor: null }
        : { rows: scenario.ledger, nextCursor: null },
    'ledger.verify': () => scenario.verdict,
    'doctor.run': () => ({ checks: scenario.sound ? soundSite : faultySite }),
    'device.provision': ({ deviceId }) =>
      scenario.refusesToken
        ? {
            ok: false,
            message: message('provisioning-token-expired'),
          }
        : { ok: true, stored: 'file', deviceId, status: 'pending' },
    'cameras.find': () => ({ cameras: scenario.found ?? [], problems: scenario.findProblems ?? [] }),
    'camera.forceIp': () => ({}),
    'camera.trigger': ({ sourceId }) => {
      shots.set(String(sourceId), Date.now());
      return {};
    },
    'camera.liveFrame': ({ sourceId, testShot }) => liveFrame(String(sourceId), testShot === true),
    'camera.features': () => ({ features }),
    'camera.setFeature': ({ name, value }) => {
      const answer = withFeature(features, String(name), value as FeatureValue);
      if ('code' in answer) throw new Refused(answer);
      features = answer;
      return { features };
    },
    'camera.runCommand': () => ({ features }),
    'camera.saveSettings': () => ({ saved: 14 }),
    'camera.loadSettings': () => ({
      loaded: 12,
      failed: [
        { name: 'Width', message: legacy('The camera does not take 2448: 16 to 1936.') },
        { name: 'PixelFormat', message: legacy('BayerRG8 cannot be chosen now.') },
      ],
    }),
    'sync.tryNow': () => ({}),
    'key.set': () => ({ stored: 'keyring' }),
    'setup.get': () => {
      const known = scenario.snapshot.gateway.configured;
      const lan = scenario.setup.mode === 'lan';
      return {
        setup: scenario.setup,
        stored: { deviceKey: known, objectStore: lan, proxyPassword: lan },
        editable: true,
      };
    },
    'setup.save': () => ({
      faults: scenario.refusesSettings
        ? [
            { path: 'cloud.baseUrl', message: 'must be an http:// or https:// address' },
            { path: 'cloud.tls.caFile', message: 'is no PEM file' },
            { path: 'sources[0].path', message: 'this folder cannot be read' },
          ]
        : [],
    }),
    'file.choose': () => ({ path: '/etc/acusight/plant-ca.crt' }),
    'folder.choose': () => ({ path: '/data/line-7/Prüfung 3' }),
  };

  return {
    invoke: async (operation, request) => {
      // Checks take their time, so that the words that stand meanwhile can be looked at.
      const milliseconds = slow.has(operation) ? 2_500 : operation.startsWith('camera.') ? 350 : 15;
      if (operation !== 'camera.liveFrame') await new Promise((resolve) => setTimeout(resolve, milliseconds));
      if (scenario.silent && Date.now() - began > 1_000) throw new Error('gone');
      const answer = answers[operation as Operation];
      return answer === undefined
        ? {
            ok: false,
            error: failureSaying('This is not a real gateway.', 'It is only for looking at the window.', false),
          }
        : answered(() => answer(request as Record<string, unknown>));
    },
    subscribe: (listener) => {
      if (scenario.silent) return () => undefined;
      const timer = setInterval(() => {
        revision += 1;
        arrived += scenario.flowPerSecond;
        listener(snapshot());
      }, 1_000);
      return () => clearInterval(timer);
    },
  };
}
