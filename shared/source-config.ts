import { z } from 'zod';
import { featureValueSchema } from './camera.ts';
import { should } from './setting-faults.ts';

/** Where frames come from: the `sources` of the configuration file. */

export const identifier = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, should('identifier'));

/** Frames that differ too little from the last one kept are counted and not stored. */
export const nearDuplicateSchema = z.strictObject({
  /**
   * Least difference to be kept: the largest difference of the mean of any of 32 × 32 blocks, in percent of full
   * brightness, of the colour that differs most. 0 keeps all but files with the same bytes.
   */
  threshold: z.number().min(0).max(100),
  /** A frame is kept after so long even if nothing changed; 0: never. */
  keepEverySeconds: z.int().min(0).max(86_400).default(0),
});
export type NearDuplicateConfig = z.infer<typeof nearDuplicateSchema>;

const sidecarSettingsSchema = z.strictObject({
  /** How long a picture waits for its sidecar, counted from the picture's own last change. 0: do not wait. */
  waitMilliseconds: z.int().min(0).max(600_000).default(1_000),
});

const stoppedAfterSchema = z.int().min(1).max(10_080).optional();

export const folderSourceSchema = z.strictObject({
  id: identifier,
  kind: z.literal('folder'),
  /** What people call this source; the id where it is not given. */
  name: z.string().min(1).max(80).optional(),
  /** Absolute path of the folder to watch; its subfolders are watched too. */
  path: z.string().min(1).max(4096),
  /** Glob patterns of files to take, relative to `path`. */
  include: z.array(z.string().min(1)).min(1).default(['**']),
  /** Glob patterns of files to leave alone, besides hidden files and the usual names of unfinished copies. */
  exclude: z.array(z.string().min(1)).default([]),
  /** What happens to the original once the image is durably stored. */
  afterIngest: z.enum(['keep', 'archive', 'delete']).default('keep'),
  /** Absolute path for `archive`; `<path>/.acusight-archive` where it is not given. Files go in a folder a day. */
  archivePath: z.string().min(1).max(4096).optional(),
  /** A file is read once its size and modification time have not changed for so long. */
  settleMilliseconds: z.int().min(50).max(60_000).default(500),
  /** A picture whose structure is still incomplete after so long without a change is listed as truncated. */
  incompleteSeconds: z.int().min(1).max(86_400).default(30),
  /** A full look at the folder, to catch what the operating system's events missed. */
  rescanSeconds: z.int().min(1).max(86_400).default(60),
  /** `auto` looks at the file system: network shares are polled, local disks are watched. */
  polling: z.enum(['auto', 'always', 'never']).default('auto'),
  pollMilliseconds: z.int().min(100).max(600_000).default(2_000),
  sidecar: sidecarSettingsSchema.prefault({}),
  /** A file that was taken already and has been renamed, moved or touched since: `skip` notes that, `send` sends it again. */
  knownFiles: z.enum(['skip', 'send']).default('skip'),
  /** Higher goes first when there is a queue. */
  priority: z.int().min(-10).max(10).default(0),
  /** While the line runs, a picture comes at least so often: longer without one is said. Left out, it never is. */
  stoppedAfterMinutes: stoppedAfterSchema,
  nearDuplicates: nearDuplicateSchema.optional(),
});

/** What makes a camera take a picture, or us keep one. */
export const triggerSchema = z.discriminatedUnion('mode', [
  /** The camera takes pictures by itself; each n-th is kept. */
  z.strictObject({ mode: z.literal('free-run'), everyNth: z.int().min(1).max(1_000_000).default(1) }),
  /** One after each interval. */
  z.strictObject({ mode: z.literal('interval'), milliseconds: z.int().min(10).max(86_400_000) }),
  /** When somebody asks for it: the button in the window, a key, a command. `burst`: so many at a time. */
  z.strictObject({ mode: z.literal('software'), burst: z.int().min(1).max(1_000).default(1) }),
  /** When an input of the camera says so. */
  z.strictObject({
    mode: z.literal('hardware'),
    /** The camera's name of the input (GenICam: TriggerSource). */
    line: z.string().min(1).max(64).default('Line1'),
    /** GenICam: TriggerActivation. */
    activation: z.string().min(1).max(64).default('RisingEdge'),
    everyNth: z.int().min(1).max(1_000_000).default(1),
  }),
  /** The camera takes pictures by itself; one is kept when it differs from the last one kept. */
  z.strictObject({ mode: z.literal('on-change'), ...nearDuplicateSchema.shape }),
]);
export type TriggerConfig = z.infer<typeof triggerSchema>;

/** How a camera's pixels become a file. PNG is lossless and keeps 16 bits; pictures that the camera made stay as they are. */
export const encodeSchema = z.strictObject({
  format: z.enum(['jpeg', 'png']).default('jpeg'),
  /** Of JPEG. */
  quality: z.int().min(1).max(100).default(90),
});
export type EncodeConfig = z.infer<typeof encodeSchema>;

const cameraSettings = {
  trigger: triggerSchema.prefault({ mode: 'free-run' }),
  encode: encodeSchema.prefault({}),
  /** The source ends after so many stored frames. */
  frames: z.int().positive().optional(),
  /** Higher goes first when there is a queue. */
  priority: z.int().min(-10).max(10).default(0),
  /** While the line runs, a picture comes at least so often: longer without one is said. Left out, it never is. */
  stoppedAfterMinutes: stoppedAfterSchema,
  nearDuplicates: nearDuplicateSchema.optional(),
};

export const gigeSourceSchema = z
  .strictObject({
    id: identifier,
    kind: z.literal('gige'),
    name: z.string().min(1).max(80).optional(),
    /** Which camera: any one of address, serial number and the name that it was given. */
    address: z.ipv4().optional(),
    serial: z.string().min(1).max(64).optional(),
    userName: z.string().min(1).max(64).optional(),
    /** The network card to reach it by: its name or its address; any where it is left out. */
    interface: z.string().min(1).max(64).optional(),
    /** Bytes of an IP packet; `auto` asks the camera for test packets and takes the largest that arrives. */
    packetSize: z.union([z.literal('auto'), z.int().min(576).max(16_000)]).default('auto'),
    /** Lost packets are asked for again where the camera can send them again. */
    resend: z.boolean().default(true),
    /**
     * Hosts (`host` or `host:port`) that its description may be fetched from, where the camera names a web address for it.
     * Left empty, nothing is fetched: any device that answers as this camera chooses that address.
     */
    descriptionHosts: z
      .array(
        z
          .string()
          .max(260)
          .regex(/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d{1,5})?$/i, should('host')),
      )
      .max(16)
      .default([]),
    /** Settings of the camera, by their GenICam names, in this order. */
    features: z.record(z.string().min(1).max(128), featureValueSchema).default({}),
    ...cameraSettings,
  })
  .refine(
    ({ address, serial, userName }) => address !== undefined || serial !== undefined || userName !== undefined,
    should('which-camera'),
  );
export type GigeSourceConfig = z.infer<typeof gigeSourceSchema>;

export const usbSourceSchema = z.strictObject({
  id: identifier,
  kind: z.literal('usb'),
  name: z.string().min(1).max(80).optional(),
  /** Label or id of the camera, as `cameras` lists them. */
  device: z.string().min(1).max(256),
  width: z.int().min(16).max(16_384).optional(),
  height: z.int().min(16).max(16_384).optional(),
  frameRate: z.number().positive().max(1_000).optional(),
  /** Settings of the camera, as the Media Capture API names them: `exposureMode`, `focusDistance` … */
  controls: z.record(z.string().min(1).max(64), featureValueSchema).default({}),
  ...cameraSettings,
});
export type UsbSourceConfig = z.infer<typeof usbSourceSchema>;
export type CameraSourceConfig = GigeSourceConfig | UsbSourceConfig;

export const sourceSchema = z.discriminatedUnion('kind', [folderSourceSchema, gigeSourceSchema, usbSourceSchema]);
export type SourceConfig = z.infer<typeof sourceSchema>;
export type FolderSourceConfig = z.infer<typeof folderSourceSchema>;
export const isFolder = (source: SourceConfig): source is FolderSourceConfig => source.kind === 'folder';
