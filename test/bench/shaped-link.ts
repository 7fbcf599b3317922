import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { best, curlRound, flag, gatewayRound, type Measured } from '../support/cloud-race.ts';
import { NetworkNamespaces } from '../support/network-namespaces.ts';
import { fillFolder } from '../support/picture-folder.ts';
import { openDoor } from '../support/site-door.ts';

/**
 * A stored backlog over a cable of 1 Gbit/s (`tc tbf` between two network namespaces), beside `curl --parallel` over the
 * same cable. Needs root, iproute2 and iptables.
 *
 *   npm run bench shaped-link [-- --megabits 1000 --count 2000 --bytes 200000 --concurrency 4 --rounds 3]
 */
const megabits = flag('megabits', 1_000);
const count = flag('count', 2_000);
const bytes = flag('bytes', 200_000);
const concurrency = flag('concurrency', 4);
const rounds = flag('rounds', 3);
/** Delivered before the outage. */
const warmth = 1_000;

const last = (rows: readonly Measured[]): number => Math.round(rows.at(-1)?.span ?? 0);

/** In the namespace of the site, where the server listens on its loopback. */
async function race(line: string, serverHost: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'acusight-bench-'));
  try {
    const input = join(root, 'in');
    const before = join(root, 'before');
    const expected = await fillFolder(input, { count, bytes });
    await fillFolder(before, { count: warmth, bytes, firstSeed: count + 1 });
    const within = ['ip', 'netns', 'exec', line];
    const curl: Measured[] = [];
    const gateway: Measured[] = [];
    const fresh: Measured[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      const facts = async () => ({
        folder: await mkdtemp(join(root, 'round-')),
        input,
        count,
        concurrency,
        within,
        serverHost,
      });
      curl.push(await curlRound(await facts(), openDoor));
      gateway.push(await gatewayRound({ ...(await facts()), expected, kind: 'backlog-of-a-day', before }, openDoor));
      fresh.push(await gatewayRound({ ...(await facts()), expected, kind: 'backlog' }, openDoor));
      process.stderr.write(
        `round ${round}: curl ${last(curl)} ms, gateway ${last(gateway)} ms, just started ${last(fresh)} ms\n`,
      );
    }
    const [c, g, f] = [best(curl).span, best(gateway).span, best(fresh).span];
    const rate = (milliseconds: number): string => `${((count * bytes * 8) / milliseconds / 1_000).toFixed(0)} Mbit/s`;
    process.stdout.write(
      [
        `${count} pictures of ${bytes} bytes over ${megabits} Mbit/s, ${concurrency} at once, best of ${rounds} rounds`,
        `curl --parallel    ${Math.round(c)} ms, ${rate(c)}`,
        `gateway, a backlog ${Math.round(g)} ms, ${rate(g)}`,
        `just started       ${Math.round(f)} ms, ${rate(f)}`,
        `ratios ${(g / c).toFixed(3)}, just started ${(f / c).toFixed(3)}`,
        '',
      ].join('\n'),
    );
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

const inner = process.argv.indexOf('--inner');
if (inner >= 0) await race(process.argv[inner + 1] ?? '', process.argv[inner + 2] ?? '');
else if (!(await NetworkNamespaces.isPossible())) {
  process.stderr.write('skipped: network namespaces need root and iproute2\n');
} else {
  const namespaces = await NetworkNamespaces.make();
  try {
    await namespaces.shape(megabits * 1_000_000);
    const [program = '', ...words] = [
      ...namespaces.inSite(),
      process.execPath,
      fileURLToPath(import.meta.url),
      ...process.argv.slice(2),
      '--inner',
      namespaces.line,
      namespaces.siteAddress,
    ];
    const [code] = (await once(spawn(program, words, { stdio: 'inherit' }), 'exit')) as [number];
    process.exitCode = code;
  } finally {
    await namespaces.remove();
  }
}
