import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { localNetworks } from './interfaces.ts';

/** Bytes of the largest packet that the network card with this address takes whole; null where nobody knows. Never rejects. */
export async function cardMtu(localAddress: string): Promise<number | null> {
  if (process.platform !== 'linux') return null;
  try {
    const [network] = localNetworks(networkInterfaces, [localAddress]);
    const card = network?.interface.split(':')[0] ?? '';
    const text = await readFile(`/sys/class/net/${card}/mtu`, 'utf8');
    return /^\d+\s*$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
