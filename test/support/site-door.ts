import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * The embedded server listens on loopback only. In a network namespace of our own, this lets what arrives by the cable
 * for its port in: the kernel rewrites the address, no program stands in between.
 */
export async function openDoor(baseUrl: string): Promise<void> {
  const { port } = new URL(baseUrl);
  await run('sysctl', ['-q', '-w', 'net.ipv4.conf.v0.route_localnet=1']);
  const match = ['-p', 'tcp', '--dport', port, '-i', 'v0'];
  await run('iptables', ['-t', 'nat', '-A', 'PREROUTING', ...match, '-j', 'DNAT', '--to', `127.0.0.1:${port}`]);
}
