import { z } from 'zod';
import { type Message, message } from './messages/message.ts';
import { type SettingRule, settingFault, should } from './setting-faults.ts';
import { identifier, sourceSchema } from './source-config.ts';

/**
 * The configuration file. Unknown keys are refused, so that a misspelt setting is an error at start and not a
 * surprise a month later. Secrets are never in it: the device key, the access
 * key of the object storage and the proxy's password come from environment variables (`ACUSIGHT_DEVICE_KEY`,
 * `ACUSIGHT_S3_ACCESS_KEY_ID`, `ACUSIGHT_S3_SECRET_ACCESS_KEY`, `ACUSIGHT_PROXY_PASSWORD`) or from the operating
 * system's keyring.
 */

const bytes = z.int().positive();

const httpUrl = z
  .string()
  .max(2048)
  .refine((text) => {
    // No URL object here: `shared` knows neither Node nor the DOM.
    const match = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]\\<>^|%]+)(?::(\d{1,5}))?(?:\/[^\s?#]*)?$/i.exec(text);
    const port = Number(match?.[1] ?? 80);
    return match !== null && port > 0 && port < 65_536;
  }, should('url'))
  .transform((text) => text.replace(/\/+$/, ''));

const absolutePath = z.string().min(1).max(4096);

/** S3-compatible object storage, addressed by path (`<endpoint>/<bucket>/<key>`). */
export const objectStoreSchema = z.strictObject({
  endpoint: httpUrl,
  region: z.string().min(1).max(64).default('us-east-1'),
  /** 3 to 63 lower-case letters, digits, dots and hyphens, as S3 names buckets. */
  bucket: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, should('bucket')),
  /** Before each object's name; keys are `<prefix><uuid>_<filename>`. */
  prefix: z
    .string()
    .max(256)
    .regex(/^(?:[A-Za-z0-9!_.*'()-]+\/)*[A-Za-z0-9!_.*'()-]*$/, should('prefix'))
    .refine((prefix) => !prefix.split('/').some((part) => part === '.' || part === '..'), should('prefix-dots'))
    .default(''),
});
export type ObjectStoreConfig = z.infer<typeof objectStoreSchema>;

export const tlsSchema = z.strictObject({
  /** PEM file with the certificate authorities to trust besides the usual ones: Caddy's internal CA, the plant's own. */
  caFile: absolutePath.optional(),
  /** Whether those of this PC's own certificate store are trusted too, where IT puts the plant's. */
  systemAuthorities: z.boolean().default(true),
  /** SHA-256 fingerprint of the server's own certificate, hex with or without colons: nothing else is then trusted. */
  pinnedSha256: z
    .string()
    .transform((text) => text.replaceAll(':', '').toLowerCase())
    .pipe(z.string().regex(/^[0-9a-f]{64}$/, should('fingerprint')))
    .optional(),
});
export type TlsConfig = z.infer<typeof tlsSchema>;
/** What has a default may be left out. */
export type TlsSettings = z.input<typeof tlsSchema>;

/** A script's address may have a query, as some servers of such scripts want it. */
const scriptUrl = z
  .string()
  .max(2048)
  .regex(/^https?:\/\/[^\s/?#@\\<>]+(?:[/?][^\s#]*)?$/i, should('script-url'));

/** Everybody is nobody that a site has chosen: a script could send the password anywhere. */
const loginPlace = z
  .string()
  .min(1)
  .max(255)
  .refine((text) => !/^\s*(?:https:\/\/)?(?:\*|[^/]+\/0+)(?::\d+)?\/?\s*$/i.test(text), should('login-everybody'))
  .refine((text) => !/:\/\//.test(text) || /^\s*https:\/\//i.test(text), should('login-scheme'));

/** One of `url`, `system` and `pacUrl` says where the proxies come from. */
export const proxySchema = z
  .strictObject({
    /** `http://proxy:3128`; `https://` where the way to the proxy itself is encrypted. */
    url: httpUrl.optional(),
    /** As this PC's own settings say, a script of theirs included. */
    system: z.literal(true).optional(),
    /** As a proxy script (PAC) at this address says. */
    pacUrl: scriptUrl.optional(),
    /** Its password comes from the environment variable `ACUSIGHT_PROXY_PASSWORD` or the keyring. */
    username: z.string().min(1).max(256).optional(),
    /**
     * Which proxies of the system's settings or of a script may be given name and password; written as `noProxy`, or as
     * `https://proxy.plant.local:443` where the way to the proxy must be encrypted.
     */
    loginAt: z.array(loginPlace).max(64).default([]),
    /** Not through the proxy: host names (`.plant.local` for all below it), addresses, networks (`10.0.0.0/8`). */
    noProxy: z.array(z.string().min(1).max(255)).max(64).default([]),
  })
  .superRefine(({ url, system, pacUrl, username, loginAt }, context) => {
    const fault = (path: string[], rule: SettingRule): void =>
      context.addIssue({ code: 'custom', path, message: should(rule) });
    const named = [url, system, pacUrl].filter((one) => one !== undefined).length;
    if (named === 0) fault([], 'no-proxy-named');
    if (named > 1) fault([], 'proxies-named');
    // Whoever writes the script, or answers in its place, must not get the password by naming a proxy of his own.
    if (url === undefined && username !== undefined && loginAt.length === 0) fault(['loginAt'], 'login-at');
  });
export type ProxyConfig = z.infer<typeof proxySchema>;
/** What has a default may be left out. */
export type ProxySettings = z.input<typeof proxySchema>;

export const cloudSchema = z
  .strictObject({
    /** Up to and including `/api`: `https://acusight.io/api`, `https://<server>/api` or `http://<server>:8080/api`. */
    baseUrl: httpUrl,
    /** `cloud`: picture and metadata in one request. `lan`: the picture to object storage, then a notice to the API. */
    mode: z.enum(['cloud', 'lan']).default('cloud'),
    deviceId: identifier,
    objectStore: objectStoreSchema.optional(),
    /** For the API and the object storage. */
    tls: tlsSchema.prefault({}),
    proxy: proxySchema.optional(),
    /** Between two health check-ins. */
    checkinSeconds: z.int().min(5).max(86_400).default(30),
  })
  .superRefine((cloud, context) => {
    if (cloud.mode === 'lan' && cloud.objectStore === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['objectStore'],
        message: should('object-store'),
      });
    }
  });
export type CloudConfig = z.infer<typeof cloudSchema>;

/** Time of day at the site, `00:00` to `24:00`. */
const timeOfDay = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, should('time-of-day'));
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof weekdays)[number];

/** Bytes a second; null: no limit. */
export const sendWindowSchema = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).max(7),
  /** From this time on. */
  from: timeOfDay.default('00:00'),
  /** Up to, not including; where it is not after `from`, on the next day. */
  to: timeOfDay.default('24:00'),
  /** Within the window: at most so many bytes a second; 0 sends nothing; left out: no limit. */
  maxBytesPerSecond: z.int().min(0).optional(),
});
export type SendWindow = z.infer<typeof sendWindowSchema>;

const shiftSchema = z.strictObject({ name: identifier, from: timeOfDay, to: timeOfDay });

export const siteSchema = z.strictObject({
  /** IANA name (`Europe/Berlin`) for send windows and shifts; the PC's own where it is left out. */
  timeZone: z
    .string()
    .max(64)
    .refine((zone) => {
      try {
        new Intl.DateTimeFormat('en', { timeZone: zone });
        return true;
      } catch {
        return false;
      }
    }, should('time-zone'))
    .optional(),
  /** Shifts of the ledger; without any, a shift is a day. */
  shifts: z.array(shiftSchema).max(12).default([]),
});
export type SiteConfig = z.infer<typeof siteSchema>;

const ingestSchema = z.strictObject({
  /** The hosted service takes 50 MB an image. */
  maxImageBytes: bytes.max(2_000_000_000).default(50_000_000),
  /** More pixels than this are refused: no inspection camera makes them, and they exhaust a viewer's memory. */
  maxPixels: z.int().positive().default(150_000_000),
  /** BMP, TIFF and WebP are stored losslessly as PNG; `false`: they are listed, as all that is neither JPEG nor PNG. */
  convert: z.boolean().default(true),
});

const storeSchema = z.strictObject({
  /** Quota for the stored pictures. */
  maxBytes: bytes.min(1_000_000).default(50_000_000_000),
  /** The gateway takes no new frame when the disk has less than this free. */
  minFreeBytes: z.int().min(0).default(1_000_000_000),
  /**
   * When nothing acknowledged is left to make room. `refuse`: no new frames, originals stay in their folder.
   * `drop-oldest`: a ring buffer that drops what was never delivered, oldest first, pictures without annotations
   * before those with; each is counted.
   */
  whenFull: z.enum(['refuse', 'drop-oldest']).default('refuse'),
  /** Small pictures are kept so long after their picture made room. */
  previewDays: z.int().min(0).max(3_650).default(30),
  /** Entries of delivered pictures leave the list after so long; the ledger keeps their counts. */
  historyDays: z.int().min(1).max(3_650).default(180),
});

export const syncSchema = z.strictObject({
  /** Most deliveries under way at once. */
  concurrency: z.int().min(1).max(64).default(4),
  /** A connection that is not made within this time counts as offline. */
  connectTimeoutMilliseconds: z.int().min(100).max(600_000).default(10_000),
  /** Longest silence while waiting for the answer, once the picture is sent. */
  answerTimeoutMilliseconds: z.int().min(100).max(3_600_000).default(60_000),
  /** By time of capture. `defects-first`: pictures with annotations before all others, each oldest first. */
  order: z.enum(['oldest-first', 'newest-first', 'defects-first']).default('oldest-first'),
  /** Class names that are no defects: annotations of these alone do not make a picture go first. */
  goodClasses: z.array(z.string().min(1).max(200)).max(200).default([]),
  /** Pictures with an annotation of this class go before others; higher first, added to the source's priority. */
  classPriorities: z.record(z.string().min(1).max(200), z.int().min(-10).max(10)).default({}),
  /** Outside of every window; left out: no limit. */
  maxBytesPerSecond: bytes.optional(),
  /** The first window that holds the time decides. */
  windows: z.array(sendWindowSchema).max(50).default([]),
});
export type SyncConfig = z.infer<typeof syncSchema>;

export const configSchema = z
  .strictObject({
    site: siteSchema.prefault({}),
    cloud: cloudSchema,
    sources: z.array(sourceSchema).max(64).default([]),
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
          params: message('setting-id-taken', { id: source.id, other: `sources[${first}]` }),
        });
      }
      seen.set(source.id, index);
    });
  });

export type Config = z.infer<typeof configSchema>;
/** The file as a person writes it: everything with a default may be left out. */
export type ConfigInput = z.input<typeof configSchema>;

/** One thing wrong with a configuration: where it is and what it should be. */
export type ConfigFault = { readonly path: string; readonly message: Message };

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
  const outcome = configSchema.safeParse(value, { reportInput: true });
  if (outcome.success) return { ok: true, config: outcome.data };
  const faults = outcome.error.issues.flatMap((issue): ConfigFault[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: formatPath([...issue.path, key]),
        message: message('bad-setting', { context: 'unknown' }),
      }));
    }
    return [{ path: formatPath(issue.path), message: settingFault(issue) }];
  });
  return { ok: false, faults };
}
