import { readFileSync } from 'node:fs';
import { SetupFailure } from '../setup/failure.mjs';

/**
 * Chromium reserves address space by the terabyte, which costs no memory. Where a shell or a service limits it, Chromium
 * ends in its first instants, before any of the product's own code could say why.
 *
 * @param {string | null} limits as Linux tells them of a process
 */
export function refuseSmallAddressSpace(limits = ownLimits()) {
  const bytes = /^Max address space\s+(\d+)\s/m.exec(limits ?? '')?.[1];
  if (bytes === undefined) return;
  throw new SetupFailure(`the address space of this process is limited to ${Math.round(Number(bytes) / 1e9)} GB`, {
    hint: 'Take the limit away: "ulimit -v unlimited" before the start, or LimitAS=infinity in the service. To bound the memory itself, use MemoryMax.',
  });
}

function ownLimits() {
  if (process.platform !== 'linux') return null;
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return null;
  }
}
