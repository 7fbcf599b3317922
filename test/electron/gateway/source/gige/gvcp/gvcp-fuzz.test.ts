import { expect, test } from 'vitest';
import { FoundCameras } from '../../../../../../electron/gateway/source/gige/discovery/found-cameras.ts';
import { decodeDescription } from '../../../../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { statusMeaning } from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';
import {
  decodeAcknowledge,
  decodeMemory,
  decodePending,
  decodeRegisterValue,
} from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-packet.ts';

/** `ACUSIGHT_FUZZ=1000000` for the long run. The seed is in the test's name, so that a failure can be repeated. */
const packets = Number(process.env['ACUSIGHT_FUZZ'] ?? 100_000);
const seed = Number(process.env['ACUSIGHT_FUZZ_SEED'] ?? 1);

/** Mulberry32. */
function randomNumbers(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomNumbers(seed);
const below = (limit: number): number => Math.floor(random() * limit);

const filled = (length: number): Buffer => Buffer.from(Array.from({ length }, () => below(256)));

function encodeAcknowledge(command: number, status: number, id: number, payload: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  for (const [index, word] of [status, command, payload.length, id].entries()) header.writeUInt16BE(word, 2 * index);
  return Buffer.concat([header, payload]);
}

const wellFormed: readonly (() => Buffer)[] = [
  () => encodeAcknowledge(0x03, 0, 1 + below(0xffff), filled(0xf8)),
  () => encodeAcknowledge(0x81, 0, 1, filled(4)),
  () => encodeAcknowledge(0x83, 0x8000 | below(0x20), 1, filled(4)),
  () => encodeAcknowledge(0x85, 0, 1, filled(4 + 4 * below(128))),
  () => encodeAcknowledge(0x89, 0, 1, filled(4)),
];

function mutated(packet: Buffer): Buffer {
  for (let changes = below(4); changes > 0; changes -= 1) {
    if (packet.length === 0) return packet;
    const kind = below(4);
    const at = below(packet.length);
    if (kind === 0) packet[at] = below(256);
    else if (kind === 1) packet[at] = (packet[at] ?? 0) ^ (1 << below(8));
    else if (kind === 2) packet = packet.subarray(0, at);
    else packet = Buffer.concat([packet, filled(below(16))]);
  }
  return packet;
}

test(`no decoder throws, loops or invents bytes: ${packets} packets, seed ${seed}`, { timeout: 300_000 }, () => {
  const network = { interface: 'eth0', address: '10.0.0.1', mask: '255.0.0.0', loopback: false };
  const found = new FoundCameras();
  let acknowledged = 0;
  let described = 0;
  for (let number = 0; number < packets; number += 1) {
    const make = wellFormed[below(wellFormed.length)];
    const packet = make === undefined || below(4) === 0 ? filled(below(300)) : mutated(make());
    const answer = decodeAcknowledge(packet);
    if (answer !== null) {
      acknowledged += 1;
      if (answer.payload.length > packet.length - 8) throw new Error(`too many bytes from ${packet.toString('hex')}`);
      statusMeaning(answer.status);
      decodeRegisterValue(answer.payload);
      decodePending(answer.payload);
      decodeMemory(answer.payload, below(2 ** 32), below(600));
      if (decodeDescription(answer.payload) !== null) described += 1;
      found.add(network, answer.payload, '10.0.0.2', below(2) === 0);
    }
  }
  // The packets have to get past the first check for the others to be tried.
  expect(acknowledged).toBeGreaterThan(packets / 4);
  expect(described).toBeGreaterThan(packets / 40);
  expect(found.list().length).toBeLessThanOrEqual(512);
});
