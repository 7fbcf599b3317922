import { describe, expect, it } from 'vitest';
import { pagedList } from '../../../renderer/gateway/paged-list.ts';
import { failureSaying } from '../../support/spoken.ts';

const failure = failureSaying('No.');

/** A list of numbers from `total` down to 1; the cursor is the last number given. */
function numbers(total: number, mostRows = 1_000) {
  const world = { total, fails: false, held: Promise.resolve(), reads: 0 };
  const list = pagedList<number>(async ({ cursor, limit }) => {
    world.reads += 1;
    await world.held;
    if (world.fails) return { ok: false, error: failure };
    const from = cursor === null ? world.total : Number(cursor) - 1;
    const rows = Array.from({ length: Math.min(limit, from) }, (_, index) => from - index);
    const last = rows.at(-1) ?? 0;
    return { ok: true, value: { rows, nextCursor: last > 1 ? String(last) : null } };
  }, mostRows);
  return { world, list, state: () => list.useList.getState() };
}

describe('a paged list', () => {
  it('begins with one page, and says that there is more', async () => {
    const { list, state } = numbers(250);
    expect(state()).toEqual({ rows: [], more: false, loaded: false, failure: null });
    await list.reload();
    expect(state()).toMatchObject({ more: true, loaded: true, failure: null });
    expect([state().rows.length, state().rows[0], state().rows.at(-1)]).toEqual([100, 250, 151]);
  });

  it('grows by a page to its end, where there is no more', async () => {
    const { list, state } = numbers(250);
    await list.reload();
    await list.loadMore();
    expect([state().rows.length, state().more]).toEqual([200, true]);
    await list.loadMore();
    expect([state().rows.length, state().rows.at(-1), state().more]).toEqual([250, 1, false]);
  });

  it('is read again as far as it was, with what is new at its beginning', async () => {
    const { world, list, state } = numbers(250);
    await list.reload();
    await list.loadMore();
    world.total = 260;
    await list.reload();
    expect([state().rows.length, state().rows[0], state().rows.at(-1)]).toEqual([200, 260, 61]);
  });

  it('offers no more than the most rows it may show', async () => {
    const { list, state } = numbers(1_000, 200);
    await list.reload();
    expect(state().more).toBe(true);
    await list.loadMore();
    expect([state().rows.length, state().more]).toEqual([200, false]);
  });

  it('that can’t be read says why, keeps its rows, and is right again with the next reading', async () => {
    const { world, list, state } = numbers(150);
    await list.reload();
    world.fails = true;
    await list.loadMore();
    expect(state()).toMatchObject({ failure, loaded: true, more: true });
    expect(state().rows).toHaveLength(100);
    world.fails = false;
    await list.loadMore();
    expect([state().rows.length, state().failure]).toEqual([150, null]);
  });

  it('is read once at a time', async () => {
    const { world, list, state } = numbers(50);
    let release: () => void = () => undefined;
    world.held = new Promise((resolve) => {
      release = resolve;
    });
    const first = list.reload();
    await list.reload();
    await list.loadMore();
    release();
    await first;
    expect([world.reads, state().rows.length]).toEqual([1, 50]);
    await list.reload();
    expect(world.reads).toBe(2);
  });
});
