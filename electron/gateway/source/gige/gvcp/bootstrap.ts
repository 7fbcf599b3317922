import { formatIpv4 } from '../network/interfaces.ts';

/** The registers that every GigE Vision camera has at the same place, and what they say. */

export const registers = {
  version: 0x0000,
  deviceMode: 0x0004,
  macHigh: 0x0008,
  macLow: 0x000c,
  ipConfigurationSupported: 0x0010,
  ipConfigurationCurrent: 0x0014,
  address: 0x0024,
  mask: 0x0034,
  gateway: 0x0044,
  vendor: 0x0048,
  model: 0x0068,
  deviceVersion: 0x0088,
  info: 0x00a8,
  serial: 0x00d8,
  userName: 0x00e8,
  /** Where the GenICam description lies: 512 bytes of text each. */
  firstUrl: 0x0200,
  secondUrl: 0x0400,
  interfaceCount: 0x0600,
  persistentAddress: 0x064c,
  persistentMask: 0x065c,
  persistentGateway: 0x066c,
  messageChannelCount: 0x0900,
  streamChannelCount: 0x0904,
  controlCapability: 0x0934,
  heartbeatTimeout: 0x0938,
  tickFrequencyHigh: 0x093c,
  tickFrequencyLow: 0x0940,
  timestampControl: 0x0944,
  timestampHigh: 0x0948,
  timestampLow: 0x094c,
  controlConfiguration: 0x0954,
  streamConfiguration: 0x0960,
  controlPrivilege: 0x0a00,
  messagePort: 0x0b00,
  messageAddress: 0x0b10,
} as const;

export const urlBytes = 512;

/** Of stream channel `channel`. */
export function streamRegisters(channel: number) {
  const base = 0x0d00 + 0x40 * channel;
  return {
    /** The port on this PC, in the low 16 bits; 0 stops the stream. */
    hostPort: base,
    packetSize: base + 0x04,
    packetDelay: base + 0x08,
    destination: base + 0x18,
    sourcePort: base + 0x1c,
    capability: base + 0x20,
    configuration: base + 0x24,
  } as const;
}

export const controlPrivileges = { exclusive: 1, control: 2 } as const;
export type ControlMode = keyof typeof controlPrivileges;
/** Of the privilege register: somebody controls the camera. */
export const controlHeld = 0x3;

export type ControlCapability = {
  readonly concatenation: boolean;
  readonly writeMemory: boolean;
  readonly packetResend: boolean;
  readonly event: boolean;
  readonly eventData: boolean;
  readonly pendingAcknowledge: boolean;
  readonly action: boolean;
  readonly heartbeatDisable: boolean;
  readonly userName: boolean;
};

export function decodeControlCapability(value: number): ControlCapability {
  const bit = (number: number): boolean => ((value >>> number) & 1) === 1;
  return {
    concatenation: bit(0),
    writeMemory: bit(1),
    packetResend: bit(2),
    event: bit(3),
    eventData: bit(4),
    pendingAcknowledge: bit(5),
    action: bit(6),
    heartbeatDisable: bit(29),
    userName: bit(31),
  };
}

/** Registers 0x0000 to 0x00F7. */
const descriptionBytes = 0xf8;

export type IpConfiguration = { readonly persistent: boolean; readonly dhcp: boolean; readonly linkLocal: boolean };

/** What a camera says of itself in its answer to a discovery. */
export type DeviceDescription = {
  readonly version: { readonly major: number; readonly minor: number };
  readonly bigEndian: boolean;
  /** `00:30:53:0a:1b:2c` */
  readonly mac: string;
  readonly ip: string;
  readonly mask: string;
  readonly gateway: string;
  readonly ipConfigurationSupported: IpConfiguration;
  readonly ipConfigurationCurrent: IpConfiguration;
  readonly vendor: string;
  readonly model: string;
  readonly deviceVersion: string;
  readonly info: string;
  /** The MAC address where the camera has no serial number. */
  readonly serial: string;
  readonly userName: string;
};

function ipConfiguration(value: number): IpConfiguration {
  return { persistent: (value & 1) !== 0, dhcp: (value & 2) !== 0, linkLocal: (value & 4) !== 0 };
}

/** Text of a register: up to the first NUL; what can't be shown becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  // Control and format characters too: a name must not turn a line of the window around, or a log line into two.
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '\ufffd').trim();
}

function formatMac(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}

/** Null where there are less than the 248 bytes of a description. */
export function decodeDescription(bytes: Buffer): DeviceDescription | null {
  if (bytes.length < descriptionBytes) return null;
  const word = (address: number): number => bytes.readUInt32BE(address);
  const text = (address: number, length: number): string => decodeText(bytes.subarray(address, address + length));
  const mac = formatMac(bytes.subarray(registers.macHigh + 2, registers.macHigh + 8));
  return {
    version: { major: word(registers.version) >>> 16, minor: word(registers.version) & 0xffff },
    bigEndian: word(registers.deviceMode) >>> 31 === 1,
    mac,
    ip: formatIpv4(word(registers.address)),
    mask: formatIpv4(word(registers.mask)),
    gateway: formatIpv4(word(registers.gateway)),
    ipConfigurationSupported: ipConfiguration(word(registers.ipConfigurationSupported)),
    ipConfigurationCurrent: ipConfiguration(word(registers.ipConfigurationCurrent)),
    vendor: text(registers.vendor, 32),
    model: text(registers.model, 32),
    deviceVersion: text(registers.deviceVersion, 32),
    info: text(registers.info, 48),
    serial: text(registers.serial, 16) || mac,
    userName: text(registers.userName, 16),
  };
}
