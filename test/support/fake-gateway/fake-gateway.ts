import type { GatewayBridge, Operation, QueueFilter } from '../../../shared/contract.ts';
import type { Snapshot } from '../../../shared/snapshot.ts';
import { type FakeWorld, fakeAt, fakeById } from './fake-images.ts';
import type { Scenario } from './scenarios.ts';

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
    counts: {
      ...scenario.snapshot.counts,
      collected: scenario.snapshot.counts.collected + arrived,
      pending: scenario.snapshot.counts.pending + arrived,
    },
    recent: Array.from({ length: Math.min(12, total()) }, (_, index) => fakeAt(world(), 'all', index)).flatMap(
      (image) => (image === null ? [] : [image]),
    ),
  });

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
    'entry.requeue': () => ({ changed: 1 }),
    'dead.requeueAll': () => ({ changed: scenario.snapshot.counts.dead }),
    'sync.tryNow': () => ({}),
    'key.set': () => ({ stored: 'keyring' }),
    'setup.get': () => ({ setup: scenario.setup, keyStored: scenario.setup.baseUrl !== '', editable: true }),
    'setup.save': () => ({
      faults: [
        { path: 'cloud.baseUrl', message: 'must be an http:// or https:// address' },
        { path: 'sources[0].path', message: 'this folder cannot be read' },
      ],
    }),
    'folder.choose': () => ({ path: '/data/line-7/Prüfung 3' }),
  };

  return {
    invoke: async (operation, request) => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      if (scenario.silent && Date.now() - began > 1_000) throw new Error('gone');
      const answer = answers[operation as Operation];
      return answer === undefined
        ? {
            ok: false,
            error: {
              code: 'fake',
              message: 'This is not a real gateway.',
              retryable: false,
              hint: 'It is only for looking at the window.',
            },
          }
        : { ok: true, value: answer(request as Record<string, unknown>) };
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
