import { z } from 'zod';

/** Secrets that a person may enter. Empty: keep what is stored. */
const secret = z.string().max(512);

export const setupSchema = z.object({
  baseUrl: z.string().max(2048),
  mode: z.enum(['cloud', 'lan']),
  deviceId: z.string().max(64),
  deviceKey: secret,
  /** Used in LAN mode only. */
  objectStore: z.object({
    endpoint: z.string().max(2048),
    region: z.string().max(64),
    bucket: z.string().max(63),
    prefix: z.string().max(256),
    accessKeyId: secret,
    secretAccessKey: secret,
  }),
  /** Path of a PEM file; empty: none. */
  caFile: z.string().max(4096),
  /** `way`: none, the one of `url`, as this PC's settings say, as the script at `pacUrl` says. */
  proxy: z.object({
    way: z.enum(['direct', 'url', 'system', 'pac']),
    url: z.string().max(2048),
    pacUrl: z.string().max(2048),
    username: z.string().max(256),
    password: secret,
    /** Proxies of the PC's settings or of a script that may be given name and password. */
    loginAt: z.array(z.string().max(255)).max(64),
    noProxy: z.array(z.string().max(255)).max(64),
  }),
  folders: z.array(z.object({ id: z.string().max(64), path: z.string().max(4096) })).max(64),
});
export const provisioningSchema = z.object({
  baseUrl: z.string().max(2048),
  /** `apt_…`, from the Acusight administrator. */
  token: z.string().min(1).max(512),
  deviceId: z.string().min(1).max(64),
  /** What people call this device. */
  name: z.string().max(120),
});
