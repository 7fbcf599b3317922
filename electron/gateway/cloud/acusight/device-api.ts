import { z } from 'zod';

/** What a health check-in tells the cloud. Whatever can't be measured on this PC is left out. */
export type CheckinReport = {
  readonly status: 'healthy' | 'degraded' | 'error';
  readonly metrics: {
    /** Percent. */
    readonly cpuUsage?: number | null | undefined;
    readonly memoryUsage?: number | null | undefined;
    readonly diskUsage?: number | null | undefined;
    /** Degrees Celsius. */
    readonly temperature?: number | null | undefined;
    /** Seconds. */
    readonly uptime?: number | null | undefined;
  };
};

/** As `POST /device/checkin` takes it. */
export function checkinBody({ status, metrics }: CheckinReport): Readonly<Record<string, unknown>> {
  const named: Readonly<Record<string, number | null | undefined>> = {
    cpu_usage: metrics.cpuUsage,
    memory_usage: metrics.memoryUsage,
    disk_usage: metrics.diskUsage,
    temperature: metrics.temperature,
    uptime: metrics.uptime,
  };
  const known = Object.entries(named).filter(([, value]) => Number.isFinite(value));
  return { status, metrics: Object.fromEntries(known) };
}

/**
 * What the API says about devices, read leniently: the documents show enveloped and bare answers, identifiers as
 * strings and as integers, and check-in actions in two shapes.
 */

export type DeviceFacts = {
  readonly deviceId: string | null;
  readonly name: string | null;
  /** Its name where the answer has one, else its identifier. */
  readonly organization: string | null;
  readonly status: 'pending' | 'approved' | 'rejected' | 'unknown';
};

const longestText = 200;
const mostActions = 20;

const opaque = z.union([z.string(), z.number()]).transform((value) => String(value).trim().slice(0, longestText));
const text = opaque.nullish().catch(null);

const deviceSchema = z.looseObject({
  device_id: text,
  id: text,
  name: text,
  organization_id: text,
  organization_name: text,
  organization: z
    .union([opaque, z.looseObject({ name: text, id: text }).transform(({ name, id }) => name || id || null)])
    .nullish()
    .catch(null),
  status: text,
});

const statuses: Readonly<Record<string, DeviceFacts['status']>> = {
  pending: 'pending',
  approved: 'approved',
  rejected: 'rejected',
};

/** The object within an envelope, or the bare one; null where the body is none. */
export function dataOf(body: string): Readonly<Record<string, unknown>> | null {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isObject(value)) return null;
  return isObject(value['data']) ? value['data'] : value;
}

/** `GET /device/self`. */
export function deviceFactsOf(body: string): DeviceFacts | null {
  const data = dataOf(body);
  const parsed = deviceSchema.safeParse(isObject(data?.['device']) ? data['device'] : data);
  if (!parsed.success) return null;
  const { device_id, id, name, organization, organization_name, organization_id, status } = parsed.data;
  return {
    deviceId: device_id || id || null,
    name: name || null,
    organization: organization || organization_name || organization_id || null,
    status: statuses[(status ?? '').toLowerCase()] ?? 'unknown',
  };
}

/** `POST /device/checkin`: every action in words. None is known to this gateway, so none is ever carried out. */
export function actionsOf(body: string): readonly string[] {
  const actions = dataOf(body)?.['actions'];
  if (!Array.isArray(actions)) return [];
  return actions.slice(0, mostActions).map(actionText);
}

function actionText(action: unknown): string {
  if (typeof action === 'string') return action.slice(0, longestText);
  if (!isObject(action)) return JSON.stringify(action).slice(0, longestText);
  const kind = ['type', 'action', 'name'].map((key) => action[key]).find((value) => typeof value === 'string');
  const words = JSON.stringify(action);
  return (kind === undefined ? words : `${String(kind)} ${words}`).slice(0, longestText);
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
