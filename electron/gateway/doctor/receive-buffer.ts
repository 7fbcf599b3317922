import { join } from 'node:path';
import { message } from '../../../shared/messages/message.ts';
import type { LinuxSockets } from '../platform/linux-sockets.ts';
import { type Finding, finding, untested } from './check.ts';
import { readNumber } from './proc.ts';

/** Less than this loses packets in bursts (measured: the usual 208 KB lose two fifths of them). */
const enoughBytes = 4 * 1024 * 1024;
const goodBytes = 32 * 1024 * 1024;

/**
 * Linux bounds how much of a network camera's stream may wait for us. `sockets`: what streams are read with; null where
 * they have to be read packet by packet.
 */
export async function checkReceiveBuffer(proc: string, sockets: LinuxSockets | null): Promise<Finding> {
  const most = mostGiven(sockets) ?? (await readNumber(join(proc, 'sys/net/core/rmem_max')));
  if (most === null) return untested('no-limits-told');
  const buffer = message('check-buffer', { most });
  if (most < enoughBytes)
    return finding(message('check-buffer-small', { buffer, limit: `net.core.rmem_max=${goodBytes}` }));
  return finding(sockets === null ? message('check-buffer-by-packet', { buffer }) : buffer);
}

/** Tried out, because who may administer the network gets more than the limit. */
function mostGiven(sockets: LinuxSockets | null): number | null {
  if (sockets === null) return null;
  try {
    const file = sockets.bind('127.0.0.1');
    try {
      sockets.setReceiveBuffer(file, goodBytes);
      return sockets.receiveBuffer(file) / 2;
    } finally {
      sockets.close(file);
    }
  } catch {
    return null;
  }
}
