export type Destination = { readonly address: string; readonly port: number };

/** Where stream packets leave. */
export type StreamOutlet = {
  readonly port: number;
  /** Neither part may change before `flush`. A packet that can't be sent is lost, as on a real network. */
  readonly send: (header: Buffer, body: Buffer, to: Destination) => void;
  /** False: what is too large for the way gets lost, where the system can be told so. */
  readonly mayFragment: (mayFragment: boolean) => void;
  /** Everything leaves. False: the system has taken no more for now, and is to be left alone for a moment. */
  readonly flush: () => boolean;
  readonly close: () => Promise<void>;
};

/** Bytes that the system may take before they leave. */
export const sendBufferBytes = 4_000_000;
