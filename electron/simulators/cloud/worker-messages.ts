import type { Fault, FaultInput } from './faults.ts';
import type { DeviceStatus, ImageRecord } from './records.ts';
import type { CloudAddress } from './simulated-cloud.ts';
import type { CloudStats } from './stats.ts';

/** What the two sides of the worker say to each other. Both are built together, so the messages are not checked. */

export type WorkerCalls = {
  readonly stats: { readonly argument: null; readonly value: CloudStats };
  readonly images: {
    readonly argument: { readonly page: number; readonly perPage: number };
    readonly value: ImageRecord[];
  };
  readonly payloadPath: { readonly argument: number; readonly value: string | null };
  readonly setFaults: {
    readonly argument: { readonly faults: readonly FaultInput[]; readonly seed: number | undefined };
    readonly value: readonly Fault[];
  };
  readonly setDeviceStatus: {
    readonly argument: { readonly deviceId: string; readonly status: DeviceStatus };
    readonly value: null;
  };
  readonly down: { readonly argument: { readonly forMilliseconds: number | undefined }; readonly value: null };
  readonly up: { readonly argument: null; readonly value: null };
  readonly reset: { readonly argument: null; readonly value: null };
  readonly stop: { readonly argument: null; readonly value: null };
};

export type CallName = keyof WorkerCalls;

export type WorkerRequest = {
  readonly [Name in CallName]: {
    readonly id: number;
    readonly call: Name;
    readonly argument: WorkerCalls[Name]['argument'];
  };
}[CallName];

export type WorkerReply =
  | { readonly type: 'listening'; readonly address: CloudAddress }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'value'; readonly id: number; readonly value: unknown }
  | { readonly type: 'error'; readonly id: number; readonly message: string };
