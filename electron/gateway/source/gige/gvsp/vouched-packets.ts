import { readLeader } from './gvsp-leader.ts';
import { type GvspPacket, packetFormat } from './gvsp-packet.ts';

/**
 * Who believes a leap to another row of block ids. Of one packet that looks like the stream's, with any id in it (a
 * stranger's bytes, a bit that turned over), the frames that are under way would be given up, and thousands counted as
 * lost that the camera never took. So a leap needs a leader that can be read, or two packets with the same id. The
 * first of the two is kept until then: where it is the camera's, it is no loss.
 */
export class VouchedPackets {
  #block = 0;
  #extended = false;
  #kept: Uint8Array | null = null;
  #vouched: Uint8Array | null = null;

  /** False: kept until another one of its frame comes. `packet` describes `datagram`. */
  vouches(packet: GvspPacket, datagram: Uint8Array): boolean {
    if (this.awaits(packet)) this.#vouched = this.#kept;
    else if (!isPictureLeader(packet, datagram)) {
      this.#block = packet.block;
      this.#extended = packet.extended;
      this.#kept = new Uint8Array(datagram);
      return false;
    }
    this.#kept = null;
    return true;
  }

  /** Whether one of its frame is kept. */
  awaits({ block, extended }: GvspPacket): boolean {
    return this.#kept !== null && this.#block === block && this.#extended === extended;
  }

  /** The row of ids that is known goes on: what was kept is a stranger's. */
  forget(): void {
    this.#kept = null;
  }

  /** What was kept and is believed now; only once. */
  takeVouched(): Uint8Array | null {
    const vouched = this.#vouched;
    this.#vouched = null;
    return vouched;
  }
}

function isPictureLeader({ format, packet, start, end, parts }: GvspPacket, datagram: Uint8Array): boolean {
  if (format !== packetFormat.leader && format !== packetFormat.allIn) return false;
  if (format === packetFormat.leader && packet !== 0) return false;
  return readLeader(datagram, start, end, parts).kind === 'leader';
}
