import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { best, flag, gatewayRound, type Measured } from '../support/cloud-race.ts';
import { fillFolder } from '../support/picture-folder.ts';

/**
 * What label files cost on the way from folder to server: pictures with a YOLO file beside each, beside as many without,
 * in turns, in one run. The same gateway, settings and server.
 *
 *   npm run bench label-files [-- --count 1500 --bytes 200000 --concurrency 4 --rounds 3]
 */
const count = flag('count', 1_500);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const rounds = flag('rounds', 3);

const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
try {
  const plain = join(root, 'plain');
  const labelled = join(root, 'labelled');
  const expected = {
    plain: await fillFolder(plain, { count, bytes }),
    labelled: await fillFolder(labelled, { count, bytes, firstSeed: count + 1 }),
  };
  for (const name of await readdir(labelled))
    await writeFile(join(labelled, name.replace(/\.[^.]+$/, '.txt')), '0 0.5 0.5 0.2 0.1\n1 0.25 0.75 0.1 0.1 0.93\n');
  await writeFile(join(labelled, 'classes.txt'), 'scratch\ndent\n');
  const found: Record<'plain' | 'labelled', Measured[]> = { plain: [], labelled: [] };
  for (let round = 1; round <= rounds; round += 1) {
    for (const kind of ['plain', 'labelled'] as const) {
      const folder = join(root, `round-${round}-${kind}`);
      await mkdir(folder);
      const input = kind === 'plain' ? plain : labelled;
      found[kind].push(
        await gatewayRound({ folder, input, count, concurrency, expected: expected[kind], kind: 'folder-to-cloud' }),
      );
    }
    const [a, b] = [found.plain.at(-1), found.labelled.at(-1)];
    process.stderr.write(
      `round ${round}: ${Math.round(a?.span ?? 0)} ms without, ${Math.round(b?.span ?? 0)} ms with\n`,
    );
  }
  const [without, within] = [best(found.plain), best(found.labelled)];
  const perSecond = ({ span }: Measured): string =>
    `${Math.round((count * 1_000) / span)} images/s (${Math.round(span)} ms)`;
  process.stdout.write(
    [
      `${count} pictures of ${bytes} bytes, folder to server, best of ${rounds} rounds`,
      `without label files  ${perSecond(without)}`,
      `with label files     ${perSecond(within)}, ratio ${(within.span / without.span).toFixed(2)}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
