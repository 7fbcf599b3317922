import { z } from 'zod';
import type { SimulatedCamera } from './simulated-camera.ts';

const perThousand = z.number().min(0).max(1_000);
const count = z.int().min(0).max(1_000_000);

const faultsSchema = z
  .strictObject({
    lossPerThousand: perThousand,
    duplicatePerThousand: perThousand,
    reorderWindow: count,
    resendLossPerThousand: perThousand,
    resendAnswer: z.enum(['send', 'silent', 'unavailable', 'removed']),
    acknowledgeLossPerThousand: perThousand,
    vanished: z.boolean(),
    silent: z.boolean(),
    frozen: z.boolean(),
    stopRefused: z.boolean(),
    lockRefused: z.boolean(),
    controlStolen: z.enum(['no', 'control', 'exclusive']),
    extraPayloadPackets: count,
    trailer: z.enum(['whole', 'torn', 'missing', 'silent']),
    extraTrailerLines: count,
    garbagePackets: count,
    pendingAddresses: z.array(z.int().min(0)).max(1_000),
    pendingMilliseconds: count,
    extendedIds: z.boolean(),
    firstBlockId: z.int().min(1),
  })
  .partial();

const commandSchema = z.union([
  z.strictObject({ faults: faultsSchema }),
  z.strictObject({ pulse: z.string().max(32) }),
  z.strictObject({ vanish: z.boolean() }),
  z.strictObject({ reboot: z.strictObject({ milliseconds: count, width: count, height: count }).partial() }),
  z.strictObject({ resetClock: z.literal(true) }),
  z.strictObject({ counters: z.literal(true) }),
]);

/** Does what a line says. The answer has the counters, or an `error` in words. */
export function obey(camera: SimulatedCamera, line: string): object {
  try {
    const command = commandSchema.parse(JSON.parse(line));
    if ('faults' in command) camera.setFaults(definedOnly(command.faults));
    else if ('pulse' in command) camera.pulse(command.pulse);
    else if ('vanish' in command) camera.setFaults({ vanished: command.vanish });
    else if ('reboot' in command) camera.reboot(definedOnly(command.reboot));
    else if ('resetClock' in command) camera.resetClock();
    return { ok: true, counters: camera.counters(), controlled: camera.controlled, acquiring: camera.acquiring };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

/** A name without a value is no change. */
function definedOnly<T extends object>(given: T): Defined<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Defined<T>;
}
