import { bootstrap, descriptionAddress } from './addresses.ts';
import type { CameraClock } from './camera-clock.ts';
import { addressNumber, type SimulatorOptions } from './options.ts';
import type { RegisterMap } from './register-map.ts';
import { statusCodes } from './wire/gvcp.ts';

export const extendedIdsBit = 0x4000_0000;
const fireTestPacketBit = 0x8000_0000;
export const doNotFragmentBit = 0x4000_0000;
export const bigEndianBit = 0x2000_0000;

const { success, badParameter } = statusCodes;
const anyValue = (): number => success;
const smallestPacket = 576;
const largestPacket = 16_384;
const shortestHeartbeat = 100;
const latchBit = 2;
const resetBit = 1;

export type BootstrapWiring = {
  readonly clock: CameraClock;
  readonly description: Buffer;
  readonly streamPort: number;
  readonly privilege: () => number;
  /** Where the stream goes to was changed. */
  readonly streamMoved: () => void;
  readonly fireTestPacket: () => void;
};

export function defineBootstrap(map: RegisterMap, options: SimulatorOptions, wiring: BootstrapWiring): void {
  const { capabilities } = options;
  const mac = Buffer.from(options.mac.replaceAll(':', ''), 'hex');
  map.define(bootstrap.version, { initial: 0x0002_0000 });
  map.define(bootstrap.mode, { initial: options.memoryOrder === 'big-endian' ? 0x8000_0001 : 0x0000_0001 });
  map.define(bootstrap.macHigh, { initial: mac.readUInt16BE(0) });
  map.define(bootstrap.macLow, { initial: mac.readUInt32BE(2) });
  map.define(bootstrap.addressChoices, { initial: 7 });
  map.define(bootstrap.addressChoice, { initial: 5, write: (value) => (value < 8 ? success : badParameter) });
  map.define(bootstrap.address, { initial: addressNumber(options.claimedAddress || options.address) });
  map.define(bootstrap.mask, { initial: addressNumber(options.mask) });
  map.define(bootstrap.gateway, {});
  map.defineText(bootstrap.vendor, 32, options.vendor, false);
  map.defineText(bootstrap.model, 32, options.model, false);
  map.defineText(bootstrap.deviceVersion, 32, options.version, false);
  map.defineText(bootstrap.information, 48, 'a simulated camera, not a real one', false);
  map.defineText(bootstrap.serial, 16, options.serial, false);
  map.defineText(bootstrap.userName, 16, options.userName, true);
  // The gaps between them, for a discovery answers with all of it.
  for (let address = 0; address < bootstrap.vendor; address += 4) {
    if (map.readWord(address).status !== success) map.define(address, {});
  }
  const local = `Local:${options.descriptionName};${descriptionAddress.toString(16)};${wiring.description.length.toString(16)}`;
  const url = options.descriptionUrl === '' ? local : options.descriptionUrl;
  map.defineText(bootstrap.descriptionUrl, 512, url, false);
  map.defineText(bootstrap.secondDescriptionUrl, 512, '', false);
  map.define(bootstrap.interfaces, { initial: 1 });
  for (const address of [bootstrap.persistentAddress, bootstrap.persistentMask, bootstrap.persistentGateway]) {
    map.define(address, { write: anyValue });
  }
  map.define(bootstrap.messageChannels, {});
  map.define(bootstrap.streamChannels, { initial: 1 });
  map.define(bootstrap.streamCapability, { initial: 0x8000_0000 + (capabilities.extendedIds ? extendedIdsBit : 0) });
  map.define(bootstrap.controlCapability, {
    initial:
      0x8000_0000 +
      (capabilities.concatenation ? 1 : 0) +
      (capabilities.writeMemory ? 2 : 0) +
      (capabilities.resend ? 4 : 0) +
      (capabilities.pendingAcknowledge ? 0x20 : 0),
  });
  map.define(bootstrap.heartbeat, {
    initial: options.heartbeatMilliseconds,
    write: (value) => (value >= shortestHeartbeat ? success : badParameter),
  });
  defineClock(map, wiring.clock);
  map.define(bootstrap.controlConfiguration, { write: anyValue });
  map.define(bootstrap.streamConfiguration, {
    write: (value) => (value === 0 || (value === extendedIdsBit && capabilities.extendedIds) ? success : badParameter),
  });
  map.define(bootstrap.privilege, { read: wiring.privilege });
  defineStreamChannel(map, options, wiring);
}

function defineClock(map: RegisterMap, clock: CameraClock): void {
  map.define(bootstrap.tickFrequencyHigh, { initial: Number(clock.frequency >> 32n) });
  map.define(bootstrap.tickFrequencyLow, { initial: Number(clock.frequency & 0xffff_ffffn) });
  map.define(bootstrap.timestampControl, {
    read: () => 0,
    write: (value) => (value > 0 && value <= latchBit + resetBit ? success : badParameter),
    written: (value) => {
      if (value & latchBit) clock.latch();
      if (value & resetBit) clock.reset();
    },
  });
  map.define(bootstrap.timestampHigh, { read: () => Number(clock.latched >> 32n) });
  map.define(bootstrap.timestampLow, { read: () => Number(clock.latched & 0xffff_ffffn) });
}

function defineStreamChannel(map: RegisterMap, options: SimulatorOptions, wiring: BootstrapWiring): void {
  map.define(bootstrap.hostPort, {
    write: (value) => (value <= 0xffff ? success : badParameter),
    written: wiring.streamMoved,
  });
  map.define(bootstrap.packetSize, {
    initial: options.packetSize,
    // Firing is a command, not a state.
    read: () => (map.stored(bootstrap.packetSize) & ~fireTestPacketBit) >>> 0,
    write: (value) => {
      const size = value & 0xffff;
      return size >= smallestPacket && size <= largestPacket && size % 4 === 0 ? success : badParameter;
    },
    written: (value) => {
      if ((value & fireTestPacketBit) !== 0 && options.capabilities.testPackets) wiring.fireTestPacket();
    },
  });
  map.define(bootstrap.packetDelay, { write: anyValue });
  map.define(bootstrap.destination, { write: anyValue, written: wiring.streamMoved });
  map.define(bootstrap.sourcePort, { initial: wiring.streamPort });
}
