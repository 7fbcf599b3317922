import { type Command, encodeAcknowledge, gvcpCommands, gvcpFlags } from './gvcp-packet.ts';

/** What a camera reports by itself on the message channel: EVENT and EVENTDATA. Layouts as Wireshark shows them. */

export type CameraEvent = {
  /** From 0x9000 on the maker's own; 0x8001–0x8FFF are errors. */
  readonly event: number;
  readonly channel: number;
  /** The frame that it belongs to; 0 where there is none. */
  readonly block: bigint;
  /** Ticks of the camera's clock. */
  readonly timestamp: bigint;
  /** Empty but for EVENTDATA. */
  readonly data: Buffer;
};

const eventBytes = 16;
const extendedEventBytes = 24;

function decodeOne(bytes: Buffer, extended: boolean, data: Buffer): CameraEvent {
  return {
    event: bytes.readUInt16BE(2),
    channel: bytes.readUInt16BE(4),
    block: extended ? bytes.readBigUInt64BE(8) : BigInt(bytes.readUInt16BE(6)),
    timestamp: bytes.readBigUInt64BE(extended ? 16 : 8),
    data,
  };
}

/** Null where the command is no event, or a torn one. */
export function decodeEvents(command: Command): readonly CameraEvent[] | null {
  const { payload } = command;
  const extended = (command.flags & gvcpFlags.extendedIds) !== 0;
  const size = extended ? extendedEventBytes : eventBytes;
  const events: CameraEvent[] = [];
  if (command.command === gvcpCommands.event) {
    for (let at = 0; at + size <= payload.length; at += size) {
      events.push(decodeOne(payload.subarray(at, at + size), extended, payload.subarray(0, 0)));
    }
  } else if (command.command === gvcpCommands.eventData) {
    // With extended ids, the first field is the length of this event with its data (0 in older cameras: all the rest),
    // and more may follow. Without, there is one.
    for (let at = 0; at + size <= payload.length; ) {
      const announced = extended ? payload.readUInt16BE(at) : 0;
      const end = announced === 0 ? payload.length : at + announced;
      if (end < at + size || end > payload.length) return null;
      events.push(decodeOne(payload.subarray(at, at + size), extended, payload.subarray(at + size, end)));
      at = end;
    }
  }
  return events.length === 0 ? null : events;
}

/** The answer to an event whose flags ask for one; null where it does not. */
export function encodeEventAcknowledge(command: Command): Buffer | null {
  if ((command.flags & gvcpFlags.acknowledgeWanted) === 0) return null;
  return encodeAcknowledge(command.command + 1, 0, command.id, Buffer.alloc(0));
}
