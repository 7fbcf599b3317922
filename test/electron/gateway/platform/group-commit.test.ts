import { describe, expect, test } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from '../../../../electron/gateway/platform/group-commit.ts';

/** Commits that a test ends by hand. */
function start(options: Partial<GroupCommitOptions<number, string>> = {}) {
  const groups: { readonly entries: readonly number[]; readonly end: (error?: Error) => void }[] = [];
  const group = new GroupCommit<number, string>({
    commit: (entries) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error): void => {
          if (error === undefined) resolve(entries.map((entry) => `done ${entry}`));
          else reject(error);
        };
        groups.push({ entries, end });
      }),
    ...options,
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { group, groups, turn, entriesOf: () => groups.map(({ entries }) => entries) };
}

describe('what is committed in groups', () => {
  test('begins at once when nothing is under way; whatever comes meanwhile is the next group', async () => {
    const { group, groups, turn, entriesOf } = start();
    const first = group.add(1);
    // Within the call: nothing that happens after it may count as part of it.
    expect(entriesOf()).toEqual([[1]]);
    const rest = [group.add(2), group.add(3)];
    await turn();
    expect(entriesOf()).toEqual([[1]]);
    groups[0]?.end();
    expect(await first).toBe('done 1');
    await turn();
    expect(entriesOf()).toEqual([[1], [2, 3]]);
    groups[1]?.end();
    expect(await Promise.all(rest)).toEqual(['done 2', 'done 3']);
  });

  test('waits for those of the same turn where it is told to, and for no more than it may hold', async () => {
    const { group, groups, turn, entriesOf } = start({
      most: 2,
      gather: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const answers = [1, 2, 3].map((entry) => group.add(entry));
    expect(groups).toEqual([]);
    await turn();
    groups[0]?.end();
    await turn();
    groups[1]?.end();
    expect(await Promise.all(answers)).toEqual(['done 1', 'done 2', 'done 3']);
    expect(entriesOf()).toEqual([[1, 2], [3]]);
  });

  test('fails as a group, and only that group', async () => {
    const { group, groups, turn } = start();
    const first = group.add(1);
    const second = group.add(2);
    groups[0]?.end(new Error('disk full'));
    await expect(first).rejects.toThrow('disk full');
    await turn();
    groups[1]?.end();
    expect(await second).toBe('done 2');
    // And begins anew after a rest.
    const third = group.add(3);
    groups[2]?.end();
    expect(await third).toBe('done 3');
  });

  test('is idle once all of it is answered', async () => {
    const { group, groups, turn } = start();
    await group.idle();
    void group.add(1).catch(() => undefined);
    void group.add(2);
    let isIdle = false;
    void group.idle().then(() => {
      isIdle = true;
    });
    groups[0]?.end(new Error('disk full'));
    await turn();
    expect(isIdle).toBe(false);
    groups[1]?.end();
    await turn();
    expect(isIdle).toBe(true);
  });
});
