import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { Agent, type FormData, request } from 'undici';
import { onTestFinished } from 'vitest';
import type { CloudOptionsInput } from '../../../../electron/simulators/cloud/options.ts';
import { type CloudAddress, SimulatedCloud } from '../../../../electron/simulators/cloud/simulated-cloud.ts';

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A picture's headers and then noise: what a server that reads headers takes for a JPEG. */
export function jpeg(width: number, height: number, filler = 2_000): Buffer {
  const frame = Buffer.from([0xff, 0xc0, 0, 17, 8, 0, 0, 0, 0, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  const app = Buffer.from([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);
  const noise = Buffer.alloc(filler, `${width}x${height} `);
  return Buffer.concat([Buffer.from([0xff, 0xd8]), app, frame, noise, Buffer.from([0xff, 0xd9])]);
}

/** A whole, valid greyscale PNG. */
export function png(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  const pixels = deflateSync(Buffer.alloc(height * (width + 1), 7));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

export type Reply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The JSON value; undefined when it is none. */
  readonly body: unknown;
  /** Parts of an enveloped body, empty where it has none. */
  readonly data: Readonly<Record<string, unknown>>;
  readonly list: readonly Readonly<Record<string, unknown>>[];
  readonly error: { readonly code?: string; readonly message?: string; readonly details?: string };
};

export type Part = {
  readonly name: string;
  readonly value: string | Uint8Array;
  readonly filename?: string;
};

/** A multipart form, built by hand so that a test can send what no client would. */
export function form(parts: readonly Part[], close = true): { readonly body: Buffer; readonly type: string } {
  const boundary = 'test-boundary-7f3a';
  const pieces = parts.flatMap(({ name, value, filename }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(value as Uint8Array), Buffer.from('\r\n')];
  });
  const body = Buffer.concat(close ? [...pieces, Buffer.from(`--${boundary}--\r\n`)] : pieces);
  return { body, type: `multipart/form-data; boundary=${boundary}` };
}

/** A running server on a folder of its own, and a client for it; both end with the test. */
export async function startCloud(
  options: Partial<CloudOptionsInput> = {},
  dependencies: { readonly now?: () => number } = {},
) {
  const dataDir = options.dataDir ?? (await temporaryFolder());
  const simulator = new SimulatedCloud({ ...options, dataDir }, dependencies);
  const address = await simulator.start();
  const agent = new Agent({ connections: 8, pipelining: 1 });
  onTestFinished(async () => {
    await agent.destroy();
    await simulator.stop();
  });
  return { simulator, dataDir, address, agent, ...client(address, agent) };
}

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'acusight-cloud-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

type Send = {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly json?: unknown;
  readonly body?: Buffer | FormData | string;
  readonly headers?: Record<string, string>;
  /** The seeded device's key where it is not given; null for none. */
  readonly key?: string | null;
};

function client(address: CloudAddress, agent: Agent) {
  const send = async (url: string, how: Send): Promise<Reply> => {
    const body = how.json === undefined ? how.body : JSON.stringify(how.json);
    const headers = { ...(how.json === undefined ? {} : { 'content-type': 'application/json' }), ...how.headers };
    const method = how.method ?? (body === undefined ? 'GET' : 'POST');
    const answer = await request(url, { dispatcher: agent, method, headers, ...(body === undefined ? {} : { body }) });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, ...parts(text) };
  };
  const api = (path: string, how: Send = {}): Promise<Reply> => {
    const key = how.key === undefined ? address.deviceKey : how.key;
    const headers = { ...(key === null ? {} : { 'x-device-key': key }), ...how.headers };
    return send(`${address.baseUrl}${path}`, { ...how, headers });
  };
  return {
    api,
    control: (path: string, how: Send = {}): Promise<Reply> =>
      send(`${address.controlUrl}${path}`, {
        ...how,
        headers: { authorization: `Bearer ${address.token}`, ...how.headers },
      }),
    /** Uploads a picture; `metadata` goes as JSON, or as it is when it is a string. */
    upload: (image: Uint8Array, metadata?: unknown, headers: Record<string, string> = {}): Promise<Reply> => {
      const text = typeof metadata === 'string' ? metadata : JSON.stringify(metadata);
      const { body, type } = form([
        ...(metadata === undefined ? [] : [{ name: 'metadata', value: text }]),
        { name: 'image', value: image, filename: 'part.jpg' },
      ]);
      return api('/device/images/upload', { body, headers: { 'content-type': type, ...headers } });
    },
    notify: (json: unknown, headers: Record<string, string> = {}): Promise<Reply> =>
      api('/data/agent/images/notify', { json, headers }),
  };
}

function parts(text: string): Pick<Reply, 'body' | 'data' | 'list' | 'error'> {
  const body = parseOr(text);
  const envelope = typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  const data = (envelope.data ?? {}) as Reply['data'];
  return { body, data, list: Array.isArray(data) ? data : [], error: (envelope.error ?? {}) as Reply['error'] };
}

function parseOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A good notice; spread and change it. */
export const notice = {
  device_id: 'line-7',
  filename: 'board.jpg',
  storage_key: 'raw-data/1_board.jpg',
  width: 640,
  height: 480,
  annotations: [{ class_value: 'scratch', confidence: 0.9, x_center: 0.5, y_center: 0.25, width: 0.1, height: 0.2 }],
} as const;
