import { message } from '../../../../shared/messages/message.ts';
import type { GigeSourceConfig } from '../../../../shared/source-config.ts';
import type { Clock } from '../../platform/clock.ts';
import type {
  Acquisition,
  CameraError,
  CameraFeatures,
  CameraInfo,
  CameraSession,
  SessionEvents,
  StreamCounters,
} from '../camera/camera-device.ts';
import { cameraError } from '../camera/camera-errors.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { unlockSettings } from './acquisition-commands.ts';
import { GigeAcquisition } from './gige-acquisition.ts';
import { addCounters, noCounters } from './gige-counters.ts';
import { gigeTrouble } from './gige-errors.ts';
import { gigeFeatures } from './gige-features.ts';
import { setTrigger } from './gige-trigger.ts';
import { controlHeld, registers } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';
import { isGvcpError } from './gvcp/gvcp-error.ts';
import type { ControlLoss } from './gvcp/heartbeat.ts';
import type { NetworkInterfaces } from './network/interfaces.ts';
import { cardLoss } from './network/interfaces.ts';

export type GigeCameraConfig = Pick<
  GigeSourceConfig,
  'address' | 'serial' | 'userName' | 'interface' | 'packetSize' | 'resend'
>;

export type GigeSessionOptions = {
  readonly info: CameraInfo;
  readonly channel: ControlChannel;
  readonly config: GigeCameraConfig;
  readonly streamWorkerPath: string;
  readonly silenceMilliseconds: number;
  readonly gvcpPort: number;
  /** The system's, where it is not given. */
  readonly networkInterfaces?: NetworkInterfaces | undefined;
  readonly clock: Clock;
};

/** One connection to a camera that we control: until it is closed, or the camera is lost. */
export class GigeSession implements CameraSession {
  readonly info: CameraInfo;
  readonly #options: GigeSessionOptions;
  #map: NodeMap | null = null;
  #features: CameraFeatures | null = null;
  #events: SessionEvents | null = null;
  #acquisition: GigeAcquisition | null = null;
  #stopping: Promise<void> | null = null;
  /** Of acquisitions that are over. */
  #earlier: StreamCounters = noCounters;
  #loss: CameraError | null = null;
  /** We control it still, as far as we know: it is stopped before it is let go, also when it is of no use to us. */
  #isReachable = true;
  #isClosed = false;
  /** It took the last command to stop. */
  #answers = true;
  #packetSize: number | null = null;

  constructor(options: GigeSessionOptions) {
    this.info = options.info;
    this.#options = options;
  }

  get features(): CameraFeatures | null {
    return this.#features;
  }

  async ready(map: NodeMap): Promise<void> {
    if (this.#loss !== null) throw this.#loss;
    this.#map = map;
    this.#features = gigeFeatures(map, () => void this.#acquisition?.settingsChanged(), gigeTrouble);
  }

  start = async (acquisition: Acquisition, events: SessionEvents): Promise<void> => {
    const { channel, config, clock, streamWorkerPath, silenceMilliseconds, gvcpPort } = this.#options;
    const map = this.#map;
    if (this.#loss !== null) throw this.#loss;
    if (map === null || this.#isClosed) throw cameraError('lost');
    await this.stop();
    this.#events = events;
    try {
      // A person, or the configuration, may have locked them.
      await unlockSettings(map);
      await setTrigger(map, acquisition);
      const started = await GigeAcquisition.start({
        channel,
        map,
        clock,
        streamWorkerPath,
        silenceMilliseconds: acquisition.kind === 'free-run' ? silenceMilliseconds : null,
        gvcpPort,
        resend: config.resend,
        packetSize: this.#packetSize ?? config.packetSize,
        onFrame: (frame) => events.onFrame(frame),
        onNote: (note) => events.onNote?.(note),
        onLost: (error, answers) => this.#lose(error, answers),
      });
      this.#acquisition = started;
      this.#packetSize = started.packetSize;
    } catch (error) {
      throw gigeTrouble(error);
    }
  };

  stop = (): Promise<void> => {
    this.#stopping ??= this.#stopNow().finally(() => {
      this.#stopping = null;
    });
    return this.#stopping;
  };

  softwareTrigger = async (): Promise<void> => {
    if (this.#loss !== null || this.#map === null) throw this.#loss ?? cameraError('lost');
    try {
      await this.#map.execute('TriggerSoftware', { waitMilliseconds: 0 });
    } catch (error) {
      throw gigeTrouble(error);
    }
  };

  counters = (): StreamCounters =>
    this.#acquisition === null ? this.#earlier : addCounters(this.#earlier, this.#acquisition.counters());

  close = async (): Promise<void> => {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.stop();
    if (this.#isReachable && this.#answers) await this.#options.channel.release();
    this.#options.channel.close();
  };

  /** The heartbeat says so. The camera is asked who has it now. */
  async controlLost(loss: ControlLoss): Promise<void> {
    if (this.#isClosed) return;
    const { channel } = this.#options;
    if (loss === 'silent') {
      const usual = cameraError('lost', { technical: 'no answer to the heartbeat' });
      this.#lose(cardLoss(channel.localAddress, this.#options.networkInterfaces) ?? usual);
      return;
    }
    const privilege = await channel.readRegister(registers.controlPrivilege).catch((error: unknown) => {
      // Who has it exclusively lets nobody even ask.
      return isGvcpError(error, 'access-denied') ? controlHeld : null;
    });
    if (privilege === null) this.#lose(cameraError('lost', { technical: 'no answer about the control privilege' }));
    else if ((privilege & controlHeld) !== 0) this.#lose(cameraError('taken', { technical: 'control privilege lost' }));
    else
      this.#lose(cameraError('lost', { said: message('camera-let-go'), technical: `control privilege ${privilege}` }));
  }

  async #stopNow(): Promise<void> {
    const acquisition = this.#acquisition;
    if (acquisition === null) return;
    if (!(await acquisition.stop(this.#isReachable))) this.#answers = false;
    this.#acquisition = null;
    this.#earlier = addCounters(this.#earlier, acquisition.counters());
  }

  #lose(error: CameraError, isReachable = false): void {
    if (!isReachable) this.#isReachable = false;
    if (this.#loss !== null || this.#isClosed) return;
    this.#loss = error;
    this.#events?.onLost(error);
  }
}
