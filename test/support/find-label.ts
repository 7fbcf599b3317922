import { parentPort, workerData } from 'node:worker_threads';
import { SidecarFinder } from '../../electron/gateway/ingest/sidecar/finder.ts';

/** Looks for one picture's label in a thread of its own, whose memory the test bounds. */
const { folder, picture, facts } = workerData;
const found = await new SidecarFinder(folder).find(picture, facts);
parentPort?.postMessage(found?.outcome ?? null);
