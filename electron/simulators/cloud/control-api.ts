import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { hasBearer, requireLocalHost } from './access.ts';
import { type Answer, pageMeta, pageQuery, Refusal, refusalAnswer, success } from './answers.ts';
import { sendAnswer } from './fault-effects.ts';
import { type Fault, type FaultInput, faultSchema } from './faults.ts';
import { parseIdentifier } from './identifiers.ts';
import { provisioningTokenSchema } from './options.ts';
import { type DeviceRecord, type DeviceStatus, deviceStatuses, type ImageRecord } from './records.ts';
import { readJson } from './request-body.ts';
import { parsed } from './request-schema.ts';
import type { CloudStats } from './stats.ts';

/**
 * The server's own remote control, on a port of its own so that it answers while the API is down. Bearer token; JSON in
 * the documents' envelope.
 *
 *   GET  /_control/stats                    CloudStats
 *   GET  /_control/images?page=1&per_page=  ImageRecord[], at most 1,000 a page, in the order of their commits
 *   GET  /_control/images/{n}/payload       the stored bytes
 *   GET  /_control/devices                  DeviceRecord[]
 *   GET  /_control/faults                   Fault[] that can still apply
 *   POST /_control/faults                   { faults: FaultInput[], seed? }, replaces those there are
 *   POST /_control/devices                  { deviceId, status }
 *   POST /_control/provisioning-tokens      { token, state: "valid" | "expired" }
 *   POST /_control/down                     { forMilliseconds? }: refuses connections, until `up` or for so long
 *   POST /_control/up                       {}
 *   POST /_control/reset                    {}: forgets faults, images and counts; devices stay
 */

/** What the control endpoint can do; the server implements it. */
export type Controls = {
  stats(): CloudStats;
  images(page: number, perPage: number): Promise<ImageRecord[]>;
  payloadPath(image: number): Promise<string | null>;
  devices(): readonly DeviceRecord[];
  activeFaults(): readonly Fault[];
  setFaults(faults: readonly FaultInput[], seed?: number): void;
  setDeviceStatus(deviceId: string, status: DeviceStatus): void;
  addProvisioningToken(token: string, state: 'valid' | 'expired'): void;
  down(forMilliseconds?: number): Promise<void>;
  up(): Promise<void>;
  reset(): Promise<void>;
};

const MAX_IMAGES_PER_PAGE = 1_000;

const faultsSchema = z.strictObject({ faults: z.array(faultSchema), seed: z.int().optional() });
const deviceSchema = z.strictObject({ deviceId: z.string(), status: z.enum(deviceStatuses) });
const tokenSchema = z.strictObject({ token: provisioningTokenSchema, state: z.enum(['valid', 'expired']) });
const downSchema = z.strictObject({ forMilliseconds: z.number().min(0).max(86_400_000).optional() });

type Operation = (controls: Controls, value: unknown, query: URLSearchParams) => unknown;

const operations: Readonly<Record<string, Operation>> = {
  'GET stats': (controls) => controls.stats(),
  'GET devices': (controls) => controls.devices(),
  'GET faults': (controls) => controls.activeFaults(),
  'POST faults': (controls, value) => {
    const { faults, seed } = parsed(faultsSchema, value, 'the body');
    controls.setFaults(faults, seed);
    return controls.activeFaults();
  },
  'POST devices': (controls, value) => {
    const { deviceId, status } = parsed(deviceSchema, value, 'the body');
    controls.setDeviceStatus(deviceId, status);
  },
  'POST provisioning-tokens': (controls, value) => {
    const { token, state } = parsed(tokenSchema, value, 'the body');
    controls.addProvisioningToken(token, state);
  },
  'POST down': (controls, value) => controls.down(parsed(downSchema, value, 'the body').forMilliseconds),
  'POST up': (controls) => controls.up(),
  'POST reset': (controls) => controls.reset(),
};

export type ControlAccess = { readonly token: string; readonly allowedHosts: readonly string[] };

export async function serveControl(
  controls: Controls,
  access: ControlAccess,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    requireLocalHost(request, access.allowedHosts);
    if (!hasBearer(request, access.token)) throw new Refusal(401, 'Missing or invalid authentication');
    const [path = '', search = ''] = (request.url ?? '').split('?', 2);
    const payload = /^\/_control\/images\/([^/]+)\/payload$/.exec(path)?.[1];
    if (payload !== undefined && request.method === 'GET') return await sendPayload(controls, payload, response);
    sendAnswer(response, await answer(controls, request, path, new URLSearchParams(search)));
  } catch (error) {
    if (response.headersSent || response.destroyed) return;
    const refusal = error instanceof Refusal ? error : new Refusal(500, 'Internal server error', String(error));
    sendAnswer(response, refusalAnswer(refusal, 'envelope'));
  }
}

async function answer(
  controls: Controls,
  request: IncomingMessage,
  path: string,
  query: URLSearchParams,
): Promise<Answer> {
  const name = `${request.method} ${path.replace(/^\/_control\//, '')}`;
  if (name === 'GET images') {
    const { page, perPage } = pageQuery(query, MAX_IMAGES_PER_PAGE);
    return success(200, await controls.images(page, perPage), pageMeta(controls.stats().images, page, perPage));
  }
  const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
  if (operation === undefined) throw new Refusal(404, 'Resource not found', `no operation ${name}`);
  const value = request.method === 'POST' ? await readJson(request, request.headers['content-type']) : null;
  return success(200, (await operation(controls, value, query)) ?? {});
}

async function sendPayload(controls: Controls, id: string, response: ServerResponse): Promise<void> {
  const number = parseIdentifier('image', id);
  const path = number === null ? null : await controls.payloadPath(number);
  if (path === null) throw new Refusal(404, 'Resource not found', `no payload of image "${id}"`);
  response.writeHead(200, { 'content-type': path.endsWith('.png') ? 'image/png' : 'image/jpeg' });
  createReadStream(path)
    .on('error', (error) => response.destroy(error))
    .pipe(response);
}
