/** Where registers lie that every GigE Vision camera has. */
export const bootstrap = {
  version: 0x0000,
  mode: 0x0004,
  macHigh: 0x0008,
  macLow: 0x000c,
  addressChoices: 0x0010,
  addressChoice: 0x0014,
  address: 0x0024,
  mask: 0x0034,
  gateway: 0x0044,
  vendor: 0x0048,
  model: 0x0068,
  deviceVersion: 0x0088,
  information: 0x00a8,
  serial: 0x00d8,
  userName: 0x00e8,
  descriptionUrl: 0x0200,
  secondDescriptionUrl: 0x0400,
  interfaces: 0x0600,
  persistentAddress: 0x064c,
  persistentMask: 0x065c,
  persistentGateway: 0x066c,
  messageChannels: 0x0900,
  streamChannels: 0x0904,
  streamCapability: 0x092c,
  controlCapability: 0x0934,
  heartbeat: 0x0938,
  tickFrequencyHigh: 0x093c,
  tickFrequencyLow: 0x0940,
  timestampControl: 0x0944,
  timestampHigh: 0x0948,
  timestampLow: 0x094c,
  controlConfiguration: 0x0954,
  streamConfiguration: 0x0960,
  privilege: 0x0a00,
  hostPort: 0x0d00,
  packetSize: 0x0d04,
  packetDelay: 0x0d08,
  destination: 0x0d18,
  sourcePort: 0x0d1c,
} as const;

/** Bytes that a discovery answers with, from address 0. */
export const discoveryBytes = 0xf8;

/** Our own registers. */
export const feature = {
  width: 0xa100,
  height: 0xa104,
  offsetX: 0xa108,
  offsetY: 0xa10c,
  pixelFormat: 0xa110,
  testPattern: 0xa114,
  sensorWidth: 0xa118,
  sensorHeight: 0xa11c,
  payloadSize: 0xa120,
  compression: 0xa124,
  acquisitionMode: 0xa200,
  acquisitionStart: 0xa204,
  acquisitionStop: 0xa208,
  frameCount: 0xa20c,
  frameRate: 0xa210,
  acquiring: 0xa214,
  burstFrameCount: 0xa218,
  acquisitionAbort: 0xa25c,
  transportLocked: 0xa258,
  triggerSelector: 0xa21c,
  /** Of each trigger, `triggerBytes` apart. */
  triggerMode: 0xa220,
  triggerSource: 0xa224,
  triggerActivation: 0xa228,
  triggerSoftware: 0xa22c,
  exposureTime: 0xa240,
  exposureAuto: 0xa244,
  gain: 0xa300,
  chunkModeActive: 0xa400,
  chunkSelector: 0xa404,
  /** Of each chunk, four bytes apart. */
  chunkEnable: 0xa408,
  userSetSelector: 0xa500,
  userSetLoad: 0xa504,
  userSetSave: 0xa508,
  reset: 0xa600,
  temperature: 0xa604,
} as const;

export const triggerBytes = 0x10;
export const triggerSelectors = ['FrameStart', 'FrameBurstStart'] as const;
export const triggerSources = ['Software', 'Line1'] as const;
export const triggerActivations = ['RisingEdge', 'FallingEdge', 'AnyEdge'] as const;
export const acquisitionModes = ['Continuous', 'SingleFrame', 'MultiFrame'] as const;
export const testPatterns = ['Off', 'Black', 'White', 'GreyDiagonalRampMoving'] as const;
/** Chunks that can be chosen; the picture is a chunk of its own, the first. */
export const chunkNames = ['Timestamp', 'ExposureTime', 'FrameID'] as const;
export const imageChunkId = 1;
/** Of the first of `chunkNames`; the others follow. Each chunk has eight bytes. */
export const firstChunkId = 2;
export const chunkBytes = 8;
/** Behind each chunk: its id and its length. */
export const chunkTailBytes = 8;

export const descriptionAddress = 0x0040_0000;
