import { type Clock, systemClock } from '../../platform/clock.ts';
import { type CameraDevice, CameraError, type CameraSession } from '../camera/camera-device.ts';
import type { XmlSources } from '../genicam/description/xml-location.ts';
import { NodeMap } from '../genicam/node-map.ts';
import { abortAcquisition, stopAcquisition, unlockSettings } from './acquisition-commands.ts';
import { type FindOptions, findCamera } from './discovery/find-camera.ts';
import { gigeTrouble } from './gige-errors.ts';
import { gigeMemory, readDescription } from './gige-features.ts';
import { refusable } from './gige-packet-size.ts';
import { type GigeCameraConfig, GigeSession } from './gige-session.ts';
import { registers, streamRegisters } from './gvcp/bootstrap.ts';
import { ControlChannel } from './gvcp/control-channel.ts';
import { usualHeartbeatTimeout } from './gvcp/heartbeat.ts';
import { registerAccess } from './gvcp/register-access.ts';
import { cardLoss } from './network/interfaces.ts';

export type GigeCameraOptions = {
  readonly config: GigeCameraConfig;
  /** The script of the stream's thread. */
  readonly streamWorkerPath: string;
  /** Descriptions that are not in the camera. */
  readonly descriptions?: Omit<XmlSources, 'port'>;
  readonly clock?: Clock;
  readonly find?: FindOptions;
  /** Longest time without a whole picture in free run, besides exposure and the time between two pictures. */
  readonly silenceMilliseconds?: number;
};

/**
 * A GigE Vision camera, driven over the network without the maker's driver. `connect` finds it, takes control, and
 * reads its description; settings of the configuration are set by the source, through the session's features.
 */
export class GigeCamera implements CameraDevice {
  readonly #options: GigeCameraOptions;
  /** This PC's address, the last time that the camera answered. */
  #reachedFrom: string | null = null;
  /** Open as long as the camera is in our hands. */
  #channel: ControlChannel | null = null;

  constructor(options: GigeCameraOptions) {
    this.#options = options;
  }

  holds = (): string | null => (this.#channel === null || this.#channel.isClosed ? null : this.#channel.address);

  connect = async (signal: AbortSignal): Promise<CameraSession> => {
    const { config, find = {}, clock = systemClock } = this.#options;
    const camera = await findCamera(config, { ...find, signal }).catch((error: unknown) => {
      throw this.#withoutCard(error) ?? error;
    });
    const { ip: address, interfaceAddress, card } = camera;
    this.#reachedFrom = interfaceAddress;
    const port = find.port === undefined ? {} : { port: find.port };
    const channel = await ControlChannel.open({ address, interfaceAddress, card, ...port });
    this.#channel = channel;
    const abort = (): void => channel.close();
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      const { vendor, model, serial, userName } = camera;
      const session = new GigeSession({
        info: { vendor, model, serial, userName, address },
        channel,
        config,
        streamWorkerPath: this.#options.streamWorkerPath,
        silenceMilliseconds: this.#options.silenceMilliseconds ?? 5_000,
        gvcpPort: find.port ?? 3_956,
        networkInterfaces: find.networkInterfaces,
        clock,
      });
      await channel.takeControl('control', (loss) => void session.controlLost(loss), signal);
      await setHeartbeatTimeout(channel);
      const description = await readDescription(channel, this.#options.descriptions ?? {});
      const port = gigeMemory(channel, await registerAccess(channel, description));
      const map = NodeMap.open(description, port, clock);
      await quieten(channel, map);
      await session.ready(map);
      signal.throwIfAborted();
      return session;
    } catch (error) {
      await channel.release();
      channel.close();
      signal.throwIfAborted();
      throw gigeTrouble(error);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };

  /** That the camera is not found says less than that the way to it is gone. */
  #withoutCard(error: unknown): CameraError | null {
    const isMissing = error instanceof CameraError && error.trouble === 'missing';
    return isMissing && this.#reachedFrom !== null
      ? cardLoss(this.#reachedFrom, this.#options.find?.networkInterfaces)
      : null;
  }
}

async function setHeartbeatTimeout(channel: ControlChannel): Promise<void> {
  const register = registers.heartbeatTimeout;
  const timeout = await channel.readRegister(register).catch(() => 0);
  if (timeout < usualHeartbeatTimeout || timeout > 4 * usualHeartbeatTimeout)
    await refusable(channel.writeRegister(register, usualHeartbeatTimeout));
}

/** A controller that was killed may have left it running, and its settings locked. */
async function quieten(channel: ControlChannel, map: NodeMap): Promise<void> {
  await refusable(channel.writeRegister(streamRegisters(0).hostPort, 0));
  if ((await stopAcquisition(map, 500)) === 'under-way') await abortAcquisition(map);
  await unlockSettings(map);
}
