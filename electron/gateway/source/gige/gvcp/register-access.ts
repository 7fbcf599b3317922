import type { Description } from '../../genicam/description/description.ts';
import { isLegacySchema } from '../../genicam/description/description.ts';
import { type NumberSample, numberSamples } from '../../genicam/number-samples.ts';
import type { RegisterAccess } from '../gige-features.ts';
import { registers } from './bootstrap.ts';
import type { ControlChannel } from './control-channel.ts';
import { GvcpError, isGvcpError } from './gvcp-error.ts';

type Registers = Pick<ControlChannel, 'readRegister' | 'readMemory'>;

const mostSamples = 24;
const enough = 3;
const bigEndianBit = 0x8000_0000;

/**
 * How this camera's registers have to be read. Descriptions of a schema before 1.1 say it; later ones promise that their
 * byte order is the camera's, and some do not keep that. So a few registers are read both ways: READREG carries the
 * number itself, and bytes of READMEM that are the same number turned around betray the order. Where nothing tells (all
 * zero), the description is believed unless the camera's own mode register contradicts it. Source: decision 12.
 */
export async function registerAccess(channel: Registers, description: Description): Promise<RegisterAccess> {
  if (isLegacySchema(description.schemaVersion)) return 'legacy';
  const seen = { answered: 0, straight: 0, turned: 0, neither: 0, refused: 0 };
  const orders = new Set<NumberSample['order']>();
  for (const { address, order } of await numberSamples(description, mostSamples)) {
    const number = await unlessRefused(channel.readRegister(address));
    // A camera that says nothing to it is not asked like that again.
    if (number === 'silent') return 'memory';
    if (number === null) continue;
    seen.answered += 1;
    orders.add(order);
    const bytes = await unlessRefused(channel.readMemory(address, 4));
    if (bytes === null || bytes === 'silent') seen.refused += 1;
    else seen[judged(bytes, order, number)] += 1;
    if (Math.max(seen.straight, seen.turned, seen.refused) >= enough) break;
  }
  if (seen.straight > 0 || seen.turned > 0) return seen.turned > seen.straight ? 'numbers' : 'memory';
  if (seen.answered === 0) return 'memory';
  return seen.refused > 0 || !(await isOrderOf(channel, orders)) ? 'numbers' : 'memory';
}

/** `neither`: the number reads the same either way, or it has changed meanwhile, and tells nothing. */
function judged(bytes: Buffer, order: NumberSample['order'], number: number): 'straight' | 'turned' | 'neither' {
  const [straight, turned] = [bytes.readUInt32BE(0), bytes.readUInt32LE(0)];
  if (straight === turned) return 'neither';
  if (number === straight) return order === 'big-endian' ? 'straight' : 'turned';
  if (number === turned) return order === 'big-endian' ? 'turned' : 'straight';
  return 'neither';
}

/** What the camera says of itself is what its description says. */
async function isOrderOf(channel: Registers, orders: ReadonlySet<NumberSample['order']>): Promise<boolean> {
  const mode = await unlessRefused(channel.readRegister(registers.deviceMode));
  if (mode === null || mode === 'silent') return true;
  return orders.size !== 1 || orders.has((mode & bigEndianBit) !== 0 ? 'big-endian' : 'little-endian');
}

/** Null where the camera refuses it. */
async function unlessRefused<T>(access: Promise<T>): Promise<T | null | 'silent'> {
  try {
    return await access;
  } catch (error) {
    if (error instanceof GvcpError && error.status !== null) return null;
    if (isGvcpError(error, 'timeout')) return 'silent';
    throw error;
  }
}
