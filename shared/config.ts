import { z } from 'zod';

/**
 * The configuration file. Unknown keys are refused, so that a misspelt setting is an error at start and not a
 * surprise a month later. Secrets are never in it: the device key comes from the environment variable
 * `ACUSIGHT_DEVICE_KEY` or from the operating system's keyring.
 */

const identifier = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'use letters, digits, ".", "_" and "-", beginning with a letter or digit');

const bytes = z.int().positive();

const httpUrl = z
  .string()
  .max(2048)
  .refine((text) => {
    // No URL object here: `shared` knows neither Node nor the DOM.
    const match = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\<>^|%]+)(?::(\d{1,5}))?(?:\/[^\s?#]*)?$/i.exec(text);
    const port = Number(match?.[1] ?? 80);
    return match !== null && port > 0 && port < 65_536;
  }, 'must be an http:// or https:// address without user name, query or fragment, for example https://10.0.0.5/api')
  .transform((text) => text.replace(/\/+$/, ''));

export const cloudSchema = z.strictObject({
  /** Up to and including `/api`: `https://acusight.io/api`, `https://<server>/api` or `http://<server>:8080/api`. */
  baseUrl: httpUrl,
  mode: z.literal('cloud').default('cloud'),
  deviceId: identifier,
});

export const sidecarSettingsSchema = z.strictObject({
  /** How long a picture waits for its sidecar, counted from the picture's own last change. 0: do not wait. */
  waitMilliseconds: z.int().min(0).max(600_000).default(1_000),
});

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
});

export const ingestSchema = z.strictObject({
  /** The hosted service takes 50 MB an image. */
  maxImageBytes: bytes.max(2_000_000_000).default(50_000_000),
  /** More pixels than this are refused: no inspection camera makes them, and they exhaust a viewer's memory. */
  maxPixels: z.int().positive().default(150_000_000),
});

export const storeSchema = z.strictObject({
  /** Quota for the stored pictures. */
  maxBytes: bytes.min(1_000_000).default(50_000_000_000),
  /** The gateway takes no new frame when the disk has less than this free. */
  minFreeBytes: z.int().min(0).default(1_000_000_000),
});

export const syncSchema = z.strictObject({
  /** Most deliveries under way at once. */
  concurrency: z.int().min(1).max(64).default(4),
  /** A connection that is not made within this time counts as offline. */
  connectTimeoutMilliseconds: z.int().min(100).max(600_000).default(10_000),
  /** Longest silence while waiting for the answer, once the picture is sent. */
  answerTimeoutMilliseconds: z.int().min(100).max(3_600_000).default(60_000),
});

export const configSchema = z
  .strictObject({
    cloud: cloudSchema,
    sources: z.array(folderSourceSchema).max(64).default([]),
    ingest: ingestSchema.prefault({}),
    store: storeSchema.prefault({}),
    sync: syncSchema.prefault({}),
  })
  .superRefine((config, context) => {
    const seen = new Map<string, number>();
    config.sources.forEach((source, index) => {
      const first = seen.get(source.id);
      if (first !== undefined) {
        context.addIssue({
          code: 'custom',
          path: ['sources', index, 'id'],
          message: `"${source.id}" is already the id of sources[${first}]; every source needs its own`,
        });
      }
      seen.set(source.id, index);
    });
  });

export type Config = z.infer<typeof configSchema>;
/** The file as a person writes it: everything with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;
export type FolderSourceConfig = z.infer<typeof folderSourceSchema>;

/** One thing wrong with a configuration: where it is and what it should be. */
export type ConfigFault = { readonly path: string; readonly message: string };

export type ConfigOutcome =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly faults: readonly ConfigFault[] };

const formatPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  ) || '(the file)';

/** Checks a parsed JSON value. Every fault is reported, each with its path (`sources[0].afterIngest`). */
export function parseConfig(value: unknown): ConfigOutcome {
  const outcome = configSchema.safeParse(value);
  if (outcome.success) return { ok: true, config: outcome.data };
  const faults = outcome.error.issues.flatMap((issue): ConfigFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: formatPath([...issue.path, key]),
        message: 'is not a setting of this version; remove it or check its spelling',
      }));
    }
    return [{ path: formatPath(issue.path), message: issue.message }];
  });
  return { ok: false, faults };
}
