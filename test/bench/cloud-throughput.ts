import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { best, curlRound, flag, gatewayRound, type Measured } from '../support/cloud-race.ts';
import { fillFolder } from '../support/picture-folder.ts';

/**
 * Beside the plainest thing that posts files: `curl --parallel` with the same files, the same concurrency, the same
 * server, in the same run; with the same form as the gateway's, and with the picture alone, which costs the server less.
 * curl only reads and posts; the gateway also keeps each picture's row, and checks its hash before it sends it. Three times: the backlog of an outage, a
 * backlog that a gateway finds when it has just been started, and the whole way from folder to server.
 *
 *   npm run bench cloud-throughput [-- --count 2000 --bytes 200000 --concurrency 4 --rounds 3]
 */
const count = flag('count', 2_000);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const rounds = flag('rounds', 3);
/** Delivered before the outage. */
const warmth = 1_000;
const perSecond = (milliseconds: number): string => `${Math.round((count * 1_000) / milliseconds)} images/s`;

const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
try {
  const input = join(root, 'in');
  const before = join(root, 'before');
  const expected = await fillFolder(input, { count, bytes });
  await fillFolder(before, { count: warmth, bytes, firstSeed: count + 1 });
  const curl: Measured[] = [];
  const bare: Measured[] = [];
  const backlog: Measured[] = [];
  const fresh: Measured[] = [];
  const whole: Measured[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const race = async () => ({ folder: await mkdtemp(join(root, 'round-')), input, count, concurrency });
    curl.push(await curlRound(await race()));
    bare.push(await curlRound(await race(), undefined, 'picture'));
    backlog.push(await gatewayRound({ ...(await race()), expected, kind: 'backlog-of-a-day', before }));
    fresh.push(await gatewayRound({ ...(await race()), expected, kind: 'backlog' }));
    whole.push(await gatewayRound({ ...(await race()), expected, kind: 'folder-to-cloud' }));
    const spans = [curl, backlog, fresh, whole].map((rows) => Math.round(rows.at(-1)?.span ?? 0));
    process.stderr.write(
      `round ${round}: curl ${spans[0]} ms, backlog ${spans[1]} ms, just started ${spans[2]} ms, folder to cloud ${spans[3]} ms\n`,
    );
  }
  const [c, p, b, f, w] = [best(curl), best(bare), best(backlog), best(fresh), best(whole)];
  const ratios = ({ span }: Measured): string =>
    `ratio ${(span / c.span).toFixed(2)} (${(span / p.span).toFixed(2)} beside pictures alone)`;
  process.stdout.write(
    [
      `${count} pictures of ${bytes} bytes, ${concurrency} at once, best of ${rounds} rounds, time at the server`,
      `curl, the same form    ${perSecond(c.span)} (${Math.round(c.span)} ms)`,
      `curl, pictures alone   ${perSecond(p.span)} (${Math.round(p.span)} ms)`,
      `gateway, a backlog     ${perSecond(b.span)} (${Math.round(b.span)} ms), ${ratios(b)}`,
      `gateway, just started  ${perSecond(f.span)} (${Math.round(f.span)} ms), ${ratios(f)}`,
      `gateway, folder->cloud ${perSecond(w.span)} (${Math.round(w.span)} ms), ${ratios(w)}`,
      '',
    ].join('\n'),
  );
} finally {
  await rm(root, { recursive: true, force: true });
}
