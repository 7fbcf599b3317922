/** What the camera did, so that a test can compare exactly. Since the start of the simulator, reboots included. */
export type Counters = {
  /** Frames that were exposed, and of these, those whose packets have all left. */
  readonly framesTaken: number;
  readonly framesSent: number;
  /** Frames that were due while too many others still waited for the network. */
  readonly framesSkipped: number;
  /** Frames of which at least one packet was dropped on purpose. */
  readonly framesWithDrops: number;
  /** Stream packets and their bytes without IP and UDP, those sent again or twice included. */
  readonly packetsSent: number;
  readonly bytesSent: number;
  readonly packetsDropped: number;
  readonly packetsDuplicated: number;
  readonly garbageSent: number;
  readonly resendRequests: number;
  readonly packetsAskedAgain: number;
  readonly packetsResent: number;
  readonly resendsRefused: number;
  readonly testPackets: number;
  /** Triggers that were heard, and those that came while nobody waited for them. */
  readonly triggers: number;
  readonly triggersIgnored: number;
  readonly commands: number;
  readonly commandsRefused: number;
  readonly acknowledgesDropped: number;
  readonly discoveries: number;
  /** Datagrams on the control port that are no commands. */
  readonly strangePackets: number;
  /** How often a controller was not heard in time. */
  readonly heartbeatsLost: number;
  readonly reboots: number;
};

export type LiveCounters = { -readonly [Name in keyof Counters]: number };

export const zeroCounters = (): LiveCounters => ({
  framesTaken: 0,
  framesSent: 0,
  framesSkipped: 0,
  framesWithDrops: 0,
  packetsSent: 0,
  bytesSent: 0,
  packetsDropped: 0,
  packetsDuplicated: 0,
  garbageSent: 0,
  resendRequests: 0,
  packetsAskedAgain: 0,
  packetsResent: 0,
  resendsRefused: 0,
  testPackets: 0,
  triggers: 0,
  triggersIgnored: 0,
  commands: 0,
  commandsRefused: 0,
  acknowledgesDropped: 0,
  discoveries: 0,
  strangePackets: 0,
  heartbeatsLost: 0,
  reboots: 0,
});
