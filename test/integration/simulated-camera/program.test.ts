import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { feature } from '../../../electron/simulators/camera/addresses.ts';
import { RawClient } from '../../electron/simulators/camera/raw-client.ts';
import { CameraProcess, cameraProgram } from '../../support/camera-process.ts';

const address = '127.0.0.57';

describe('the simulated camera as a program', () => {
  it('is a process that says when it is ready, obeys, and ends with its input', async () => {
    const camera = await CameraProcess.start('--address', address, '--serial', 'PROG', '--width', '64');
    const client = await RawClient.open(address);
    try {
      expect(camera.ready).toEqual({ ready: true, address, port: 3956, serial: 'PROG' });
      await client.connect();
      await client.write(feature.triggerMode, 1);
      await client.write(feature.triggerSource, 1);
      await client.write(feature.acquisitionStart, 1);
      await camera.setFaults({ trailer: 'missing' });
      expect((await camera.tell({ pulse: 'Line1' })).counters).toMatchObject({ triggers: 1, framesTaken: 1 });
      expect((await camera.tell({ faults: { lossPerThousand: 1_001 } })).error).toContain('lossPerThousand');
      expect((await camera.tell({ faults: { nonsense: 1 } })).error).toBeDefined();
      await camera.tell({ vanish: true });
      client.post(0x02, Buffer.alloc(0));
      expect(await client.next(100)).toBeNull();
      expect(await camera.stop()).toBe(0);
    } finally {
      client.close();
      await camera.stop();
    }
  });

  it('refuses flags that make no sense, in words', async () => {
    await expect(CameraProcess.start('--address', address, '--width', '33')).rejects.toThrow('did not start');
  });

  it('is a worker thread as well', async () => {
    const worker = new Worker(cameraProgram, { argv: ['--address', address], stdin: true, stdout: true });
    const lines = createInterface({ input: worker.stdout })[Symbol.asyncIterator]();
    expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ ready: true, address });
    worker.stdin?.write('{"counters":true}\n');
    expect(JSON.parse(String((await lines.next()).value))).toMatchObject({ ok: true, counters: { framesSent: 0 } });
    const ended = once(worker, 'exit');
    worker.stdin?.end();
    expect(await ended).toEqual([0]);
  });
});
