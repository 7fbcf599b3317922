import { bytesInPacket, headerBytes, packetFormats, packetHeader, writeHeader } from './wire/gvsp.ts';

/** A frame as it goes over the network. */
export type FrameContent = {
  readonly blockId: number;
  readonly extended: boolean;
  /** Bytes with IP and UDP. */
  readonly packetSize: number;
  readonly leader: Buffer;
  readonly payload: Buffer;
  readonly trailer: Buffer;
};

/** The packets of a frame: 0 is the leader, the last one the trailer. Bodies are parts of the frame's own buffers. */
export class FramePackets {
  readonly blockId: number;
  /** Leader and trailer included. */
  readonly count: number;
  readonly #content: FrameContent;
  readonly #bodyBytes: number;
  readonly #headers: Buffer;
  readonly #headerBytes: number;

  /** Throws where the packet size leaves no room for payload. */
  constructor(content: FrameContent) {
    this.#content = content;
    this.blockId = content.blockId;
    this.#bodyBytes = bytesInPacket(content.packetSize, content.extended);
    if (this.#bodyBytes === 0) throw new Error(`packets of ${content.packetSize} bytes have no room for a picture`);
    this.count = Math.ceil(content.payload.length / this.#bodyBytes) + 2;
    this.#headerBytes = headerBytes(content.extended);
    // All of them at once: one allocation for each packet would be the most expensive part of sending it.
    this.#headers = Buffer.allocUnsafe(this.count * this.#headerBytes);
    for (let packetId = 0; packetId < this.count; packetId += 1) {
      writeHeader(this.#headers, packetId * this.#headerBytes, { ...this.#name(packetId), status: 0 });
    }
  }

  header(packetId: number): Buffer {
    return this.#headers.subarray(packetId * this.#headerBytes, (packetId + 1) * this.#headerBytes);
  }

  headerWithStatus(packetId: number, status: number): Buffer {
    return packetHeader({ ...this.#name(packetId), status });
  }

  body(packetId: number): Buffer {
    if (packetId === 0) return this.#content.leader;
    if (packetId === this.count - 1) return this.#content.trailer;
    const at = (packetId - 1) * this.#bodyBytes;
    return this.#content.payload.subarray(at, at + this.#bodyBytes);
  }

  #name(packetId: number) {
    const { leader, trailer, payload } = packetFormats;
    const format = packetId === 0 ? leader : packetId === this.count - 1 ? trailer : payload;
    return { blockId: this.blockId, packetId, format, extended: this.#content.extended };
  }
}
