import { z } from 'zod';
import { type UsbFault, usbFaultCodes } from './usb-fault.ts';

/**
 * What the gateway and the hidden camera page say to each other about USB cameras, by way of the main process. Facts
 * only: the words for people are made in the gateway. Everything that comes from the page is checked as it enters main.
 */

const shortText = z.string().max(300);
const count = z.int().min(0);

const usbFaultSchema = z.object({
  code: z.enum(usbFaultCodes),
  detail: shortText,
  choices: z.array(shortText).max(16).readonly(),
  technical: shortText,
}) satisfies z.ZodType<UsbFault>;

export type UsbResult<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly fault: UsbFault };

export type UsbControlValue = number | string | boolean;

export type UsbSettings = {
  /** The browser's device id, or the camera's name with or without its `(vendor:product)`. */
  readonly device: string;
  /** Null: as the camera likes. */
  readonly width: number | null;
  readonly height: number | null;
  readonly frameRate: number | null;
  /** By the names of the Media Capture standard: `exposureMode`, `exposureTime`, `focusDistance` … */
  readonly controls: Readonly<Record<string, UsbControlValue>>;
  /** `quality`: 1–100, of a JPEG. */
  readonly encode: { readonly format: 'jpeg' | 'png'; readonly quality: number };
};

/** `triggered`: one picture for each trigger. */
export type UsbMode = { readonly kind: 'free-run'; readonly everyNth: number } | { readonly kind: 'triggered' };

export const usbDeviceSchema = z.object({
  id: shortText.min(1),
  label: shortText,
  /** The most that it offers; null where the browser does not tell. */
  width: count.nullable(),
  height: count.nullable(),
  frameRate: z.number().nullable(),
});
export type UsbDevice = Readonly<z.infer<typeof usbDeviceSchema>>;
export const usbDevicesSchema = z.array(usbDeviceSchema).max(64);

/** What was opened, and how it takes pictures now. */
export type UsbOpened = UsbDevice;

export const usbControlSchema = z.object({
  name: shortText,
  value: z.union([z.number(), shortText, z.boolean()]).nullable(),
  /** Of numbers; null otherwise. */
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
  step: z.number().nullable(),
  /** Of words; empty otherwise. */
  choices: z.array(shortText).max(32),
  /** Fixed while the camera is open: width, height, frame rate. */
  fixed: z.boolean(),
});
export type UsbControl = Readonly<z.infer<typeof usbControlSchema>>;
export const usbControlsSchema = z.array(usbControlSchema).max(64);

/** Since `begin`. Once nothing is under way, `captured` = `sent` + all `drops`. */
export const usbTalliesSchema = z.object({
  captured: count,
  sent: count,
  /** `skipped`, `encoder-busy`, `gateway-busy`, `browser-busy`, `overrun`, `no-frame`, `encode-failed`, `aborted`. */
  drops: z.record(z.string().max(40), count),
});
export type UsbTallies = Readonly<z.infer<typeof usbTalliesSchema>>;

const largestPicture = 256 * 1024 * 1024;
export const usbPictureSchema = z.object({
  /** Of the frames that the camera has taken since `begin`, from 1; with triggers, of the triggers. */
  number: count,
  /** Milliseconds since the epoch. */
  capturedAt: z.number(),
  format: z.enum(['jpeg', 'png']),
  width: count,
  height: count,
  /** Where the camera says a fixed one; null while it chooses by itself. */
  exposureMicroseconds: z.number().nullable(),
  data: z.custom<ArrayBuffer>((data) => data instanceof ArrayBuffer && data.byteLength <= largestPicture),
});
export type UsbPicture = Readonly<z.infer<typeof usbPictureSchema>>;

type InStream = { readonly stream: number };
type Asking = { readonly request: number };
/** Each with `request` is answered once. */
export type ToCameraPage =
  | (Asking & { readonly type: 'find' })
  | (Asking & InStream & { readonly type: 'open'; readonly settings: UsbSettings })
  | (Asking & InStream & { readonly type: 'begin'; readonly mode: UsbMode })
  | (Asking & InStream & { readonly type: 'trigger' })
  | (Asking & InStream & { readonly type: 'describe' })
  | (Asking & InStream & { readonly type: 'set'; readonly name: string; readonly value: UsbControlValue })
  | (Asking & InStream & { readonly type: 'close' })
  /** A picture has reached the gateway: there is room for one more on the way. */
  | (InStream & { readonly type: 'taken' });
export type CameraRequest = Extract<ToCameraPage, Asking>;

export const fromCameraPageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), request: count, value: z.unknown() }),
  z.object({ type: z.literal('fault'), request: count, fault: usbFaultSchema }),
  z.object({ type: z.literal('picture'), stream: count, picture: usbPictureSchema, tallies: usbTalliesSchema }),
  z.object({ type: z.literal('tallies'), stream: count, tallies: usbTalliesSchema }),
  z.object({ type: z.literal('ended'), stream: count, fault: usbFaultSchema }),
  /** A camera was plugged in or out. */
  z.object({ type: z.literal('changed') }),
]);
export type FromCameraPage = Readonly<z.infer<typeof fromCameraPageSchema>>;
