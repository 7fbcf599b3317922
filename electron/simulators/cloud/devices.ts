import { randomBytes } from 'node:crypto';
import { Refusal } from './answers.ts';
import type { Journal } from './journal.ts';
import type { DeviceRecord, DeviceStatus } from './records.ts';

/** `unknown` tokens are simply those that nobody added. */
export type TokenState = 'valid' | 'expired';

const newDeviceKey = (): string => `adk_${randomBytes(24).toString('hex')}`;
export const newProvisioningToken = (): string => `apt_${randomBytes(24).toString('hex')}`;

/** The devices and the provisioning tokens. Devices are in the journal; tokens live as long as the process. */
export class Devices {
  readonly #journal: Journal;
  readonly #byId = new Map<string, DeviceRecord>();
  readonly #byKey = new Map<string, DeviceRecord>();
  readonly #tokens = new Map<string, TokenState>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  get count(): number {
    return this.#byId.size;
  }

  restore(record: DeviceRecord): void {
    const earlier = this.#byId.get(record.deviceId);
    if (earlier !== undefined) this.#byKey.delete(earlier.key);
    this.#byId.set(record.deviceId, record);
    this.#byKey.set(record.key, record);
  }

  /** Makes sure that a device exists and has this key; without a key it keeps the one it has. */
  seed(deviceId: string, key: string | undefined, at: number): DeviceRecord {
    const known = this.#byId.get(deviceId);
    if (known !== undefined && (key === undefined || key === known.key)) return known;
    return this.#put({
      type: 'device',
      deviceId,
      endpoint: known?.endpoint ?? this.count + 1,
      name: known?.name ?? deviceId,
      key: key ?? newDeviceKey(),
      status: known?.status ?? 'approved',
      at,
    });
  }

  addToken(token: string, state: TokenState): void {
    this.#tokens.set(token, state);
  }

  /** Throws 401 INVALID_TOKEN, 401 TOKEN_EXPIRED or 409 DEVICE_EXISTS. A token may be used by many devices. */
  provision(
    token: string,
    device: { readonly deviceId: string; readonly name: string },
    status: DeviceStatus,
    at: number,
  ): DeviceRecord {
    const state = this.#tokens.get(token);
    if (state === undefined) {
      throw new Refusal(401, 'Invalid provisioning token', 'token is unknown', { code: 'INVALID_TOKEN' });
    }
    if (state === 'expired') {
      throw new Refusal(401, 'Provisioning token expired', 'token has expired', { code: 'TOKEN_EXPIRED' });
    }
    if (this.#byId.has(device.deviceId)) {
      const details = 'device_info.device_id is already registered';
      throw new Refusal(409, 'Device already exists', details, { code: 'DEVICE_EXISTS' });
    }
    return this.#put({ type: 'device', ...device, endpoint: this.count + 1, key: newDeviceKey(), status, at });
  }

  /** The device that a key belongs to; throws 401. */
  authenticate(key: string | undefined): DeviceRecord {
    if (key === undefined || key === '') {
      throw new Refusal(401, 'Missing or invalid authentication', 'the X-Device-Key header is required');
    }
    const device = this.#byKey.get(key);
    if (device === undefined) {
      throw new Refusal(401, 'Missing or invalid authentication', 'X-Device-Key is not the key of a device');
    }
    return device;
  }

  setStatus(deviceId: string, status: DeviceStatus, at: number): DeviceRecord {
    const device = this.#byId.get(deviceId);
    if (device === undefined) throw new Refusal(404, 'Resource not found', `no device "${deviceId}"`);
    return this.#put({ ...device, status, at });
  }

  list(): readonly DeviceRecord[] {
    return [...this.#byId.values()];
  }

  /** Writes every device anew, after the journal was cleared. */
  rewrite(): void {
    for (const device of this.#byId.values()) this.#journal.append(device);
  }

  #put(record: DeviceRecord): DeviceRecord {
    this.#journal.append(record);
    this.restore(record);
    return record;
  }
}
