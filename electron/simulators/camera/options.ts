import type { JpegProvider, PictureProvider } from './pictures.ts';
import { gvcpPort } from './wire/gvcp.ts';

/** What a camera may be able to do; each can be taken away, for there are cameras without it. */
export type Capabilities = {
  /** Several registers in one command. */
  readonly concatenation: boolean;
  readonly writeMemory: boolean;
  readonly resend: boolean;
  readonly pendingAcknowledge: boolean;
  /** Frames named by 64 bits, when the controller asks for it. */
  readonly extendedIds: boolean;
  readonly testPackets: boolean;
};

export type SimulatorOptions = {
  /** IPv4 address of this PC to be reached at, for example 127.0.0.51. */
  readonly address: string;
  /** Control port; 0: any free one. Real cameras have 3956 only, and broadcasts are heard there only. */
  readonly port: number;
  readonly mask: string;
  /** The address that it says it has, where that is another: a camera of a wrong network. Empty: the real one. */
  readonly claimedAddress: string;
  readonly hearsBroadcasts: boolean;
  readonly vendor: string;
  readonly model: string;
  readonly version: string;
  /** At most 15 characters, as is the user's name. */
  readonly serial: string;
  readonly userName: string;
  /** `02:ac:00:00:00:51` */
  readonly mac: string;
  /** Pixels; the sensor's size and what is read from it at first. Widths are multiples of four. */
  readonly sensorWidth: number;
  readonly sensorHeight: number;
  readonly width: number;
  readonly height: number;
  /** PFNC names. `pixelFormats`: which can be chosen. */
  readonly pixelFormat: string;
  readonly pixelFormats: readonly string[];
  readonly framesPerSecond: number;
  /** The line's speed, counted in stream packets without IP and UDP; 0: as fast as it goes. A gigabit line at first. */
  readonly bytesPerSecond: number;
  /** Stream packets with IP and UDP before the controller sets its own. */
  readonly packetSize: number;
  /**
   * Lines of its frames, in turn, as a line scan camera has them: the leader announces the height that it is set to, the
   * trailer says how many came. Empty: as many as announced.
   */
  readonly lines: readonly number[];
  /** False: its leader does not say how many lines there will be. */
  readonly announcesLines: boolean;
  /** Behind each picture: bytes that the payload size counts and the leader does not. */
  readonly surplusBytes: number;
  /** Bytes behind each line and behind the picture, as the leader says. */
  readonly paddingX: number;
  readonly paddingY: number;
  /** Larger packets get lost on the way where they must not be fragmented; bytes with IP and UDP. */
  readonly pathMtu: number;
  /** It sends packets that routers may cut to pieces though it is told not to. */
  readonly ignoresDoNotFragment: boolean;
  readonly heartbeatMilliseconds: number;
  /** Of the camera's clock, Hz. */
  readonly tickFrequency: bigint;
  readonly capabilities: Capabilities;
  /** The description as a ZIP, and in the old schema whose registers are read one by one. */
  readonly zippedDescription: boolean;
  readonly oldSchema: boolean;
  /** Commands that its description locks while `TLParamsLocked` is 0, as it locks settings while that is 1. */
  readonly lock: 'none' | 'start' | 'start-and-stop';
  /** Where `TLParamsLocked` is: in a register of the camera, or in the description, where each controller has its own. */
  readonly lockKept: 'register' | 'description';
  /** It goes on taking pictures, and keeps its lock, when its controller is gone. */
  readonly runsOn: boolean;
  /**
   * How its registers lie in READMEM and WRITEMEM. The description calls them big-endian all the same; READREG and
   * WRITEREG carry numbers, and know no order.
   */
  readonly memoryOrder: 'big-endian' | 'little-endian';
  /** Its features answer READREG and WRITEREG, and refuse READMEM and WRITEMEM. */
  readonly refusesMemory: boolean;
  /** The name in the URL of the description. */
  readonly descriptionName: string;
  /** Where it says that its description is; empty: in its own memory. */
  readonly descriptionUrl: string;
  /** What lies behind the description; the length in its URL counts these bytes too. */
  readonly descriptionTail: Buffer;
  /** Frames that are kept to be sent again. */
  readonly keptFrames: number;
  /** For whatever happens by chance. */
  readonly seed: number;
  /** What it sees; null: the moving test pattern. */
  readonly picture: PictureProvider | null;
  /** Not null: it can compress (`ImageCompressionMode`). */
  readonly jpeg: JpegProvider | null;
};

export type SimulatorOptionsInput = Partial<Omit<SimulatorOptions, 'capabilities'>> & {
  readonly address: string;
  readonly capabilities?: Partial<Capabilities>;
};

const everyFormat = ['Mono8', 'Mono10', 'Mono10Packed', 'Mono10p', 'Mono12', 'Mono12Packed', 'Mono12p', 'Mono14']
  .concat(['Mono16', 'RGB8', 'BGR8', 'RGBA8', 'BGRA8', 'YUV422_8_UYVY', 'YUV422_8', 'YCbCr422_8'])
  .concat([
    'YUV411_8_UYYVYY',
    'YUV8_UYV',
    'YCbCr8',
    'YCbCr8_CbYCr',
    'YCbCr422_8_CbYCrY',
    'YCbCr411_8',
    'YCbCr411_8_CbYYCrYY',
  ])
  .concat(
    ['601', '709'].flatMap((standard) =>
      ['8_CbYCr', '422_8', '422_8_CbYCrY', '411_8_CbYYCrYY'].map((order) => `YCbCr${standard}_${order}`),
    ),
  )
  .concat(
    ['GR', 'RG', 'GB', 'BG'].flatMap((order) => ['8', '10', '12', '12Packed', '16'].map((n) => `Bayer${order}${n}`)),
  );

/** Pixels on a side: what a frame may take stays far below what a PC has. */
const largestSide = 16_384;

export function completeOptions(input: SimulatorOptionsInput): SimulatorOptions {
  const { capabilities, ...given } = input;
  const width = given.width ?? given.sensorWidth ?? 1024;
  const height = given.height ?? given.sensorHeight ?? 768;
  const options: SimulatorOptions = {
    port: gvcpPort,
    mask: '255.255.255.0',
    claimedAddress: '',
    hearsBroadcasts: true,
    vendor: 'Acusight',
    model: 'Simulated camera',
    version: '1.0',
    serial: 'SIM1',
    userName: '',
    mac: macOf(given.address),
    sensorWidth: width,
    sensorHeight: height,
    pixelFormat: 'Mono8',
    pixelFormats: everyFormat,
    framesPerSecond: 20,
    bytesPerSecond: 118_000_000,
    packetSize: 1500,
    lines: [],
    announcesLines: true,
    surplusBytes: 0,
    paddingX: 0,
    paddingY: 0,
    pathMtu: 9000,
    ignoresDoNotFragment: false,
    heartbeatMilliseconds: 3_000,
    tickFrequency: 1_000_000_000n,
    zippedDescription: false,
    oldSchema: false,
    lock: 'none',
    lockKept: 'register',
    runsOn: false,
    memoryOrder: 'big-endian',
    refusesMemory: false,
    descriptionName: given.zippedDescription === true ? 'simulator.zip' : 'simulator.xml',
    descriptionUrl: '',
    descriptionTail: Buffer.alloc(0),
    keptFrames: 8,
    seed: 1,
    picture: null,
    jpeg: null,
    ...given,
    width,
    height,
    capabilities: {
      concatenation: true,
      writeMemory: true,
      resend: true,
      pendingAcknowledge: true,
      extendedIds: true,
      testPackets: true,
      ...capabilities,
    },
  };
  refuseNonsense(options);
  return options;
}

function refuseNonsense(options: SimulatorOptions): void {
  const { width, height, sensorWidth, sensorHeight } = options;
  const isSide = (side: number): boolean => Number.isInteger(side) && side >= 16 && side <= largestSide;
  if (![width, height, sensorWidth, sensorHeight].every(isSide))
    throw new Error(`sizes are 16 to ${largestSide} pixels`);
  if (width % 4 !== 0 || sensorWidth % 4 !== 0) throw new Error('widths are multiples of four');
  if (width > sensorWidth || height > sensorHeight) throw new Error('the picture is larger than the sensor');
  if (!options.pixelFormats.includes(options.pixelFormat)) throw new Error(`${options.pixelFormat} is not offered`);
  if (options.lines.some((lines) => !isSide(lines))) throw new Error(`a frame has 16 to ${largestSide} lines`);
  if (options.framesPerSecond <= 0) throw new Error('the frame rate must be above zero');
}

/** A locally administered address that differs as the IP addresses do. */
function macOf(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', 'ac', ...octets].join(':');
}

/** `127.0.0.1` as a number. Throws where it is none. */
export function addressNumber(address: string): number {
  const octets = address.split('.').map(Number);
  if (octets.length !== 4 || octets.some((octet) => !Number.isInteger(octet) || octet < 0 || octet > 255)) {
    throw new Error(`not an IPv4 address: ${address}`);
  }
  return octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

export const addressText = (address: number): string =>
  [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
