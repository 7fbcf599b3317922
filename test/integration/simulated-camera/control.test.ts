import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrap, feature } from '../../../electron/simulators/camera/addresses.ts';
import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';
import { RawClient, words } from '../../electron/simulators/camera/raw-client.ts';

/** The control channel of the simulated camera, over real sockets and by bare bytes. */

const address = '127.0.0.54';
const controlRegister = bootstrap.privilege;

describe('the simulated camera, controlled over the network', () => {
  let camera: SimulatedCamera;
  let client: RawClient;
  let rival: RawClient;

  beforeEach(async () => {
    camera = await SimulatedCamera.start({ address, serial: 'CTRL', userName: 'Left', width: 64, height: 32 });
    client = await RawClient.open(address);
    rival = await RawClient.open(address);
  });
  afterEach(async () => {
    client.close();
    rival.close();
    await camera.stop();
  });

  it('says who it is when it is looked for', async () => {
    const { status, code, payload } = await client.ask(0x02, Buffer.alloc(0));
    expect([status, code, payload.length]).toEqual([0, 0x03, 248]);
    expect(payload.subarray(0x24, 0x28)).toEqual(Buffer.from([127, 0, 0, 54]));
    expect(payload.toString('latin1', 0xd8, 0xdc)).toBe('CTRL');
    expect(payload.toString('latin1', 0xe8, 0xec)).toBe('Left');
    expect(camera.counters().discoveries).toBe(1);
  });

  it('refuses a second camera on its address', async () => {
    await expect(SimulatedCamera.start({ address })).rejects.toThrow('EADDRINUSE');
  });

  it('lets a second client read but not write, and gives itself to it when the first is no longer heard', async () => {
    await client.connect();
    expect(await client.write(bootstrap.heartbeat, 200)).toBe(0);
    expect(await rival.write(controlRegister, 2)).toBe(0x8006);
    expect(await rival.write(feature.width, 32)).toBe(0x8006);
    expect(await rival.read(feature.width)).toEqual({ status: 0, value: 64 });
    await client.write(feature.acquisitionStart, 1);
    // Reading by somebody else is no heartbeat.
    await expect.poll(async () => (await rival.read(controlRegister)).value, { timeout: 5_000 }).toBe(0);
    expect(camera.counters().heartbeatsLost).toBe(1);
    expect(camera.acquiring).toBe(false);
    expect(await client.write(feature.width, 32)).toBe(0x8006);
    expect(await rival.write(controlRegister, 2)).toBe(0);
  });

  it('stays with a controller that is heard', async () => {
    await client.connect();
    await client.write(bootstrap.heartbeat, 400);
    for (let beat = 0; beat < 10; beat += 1) {
      expect((await client.read(controlRegister)).value).toBe(2);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(camera.counters().heartbeatsLost).toBe(0);
  });

  it('says "pending" first where a command takes long, and answers later', async () => {
    camera.setFaults({ pendingAddresses: [feature.width], pendingMilliseconds: 60 });
    await client.connect();
    const id = client.post(0x82, words(feature.width, 32));
    expect(await client.next()).toMatchObject({ status: 0, code: 0x89, id, payload: words(220) });
    expect(await client.next()).toMatchObject({ status: 0, code: 0x83, id });
    expect(await client.read(feature.height)).toMatchObject({ value: 32 });
  });

  it('does a command once when it is repeated because its answer got lost', async () => {
    await client.connect();
    await client.write(feature.triggerMode, 1);
    await client.write(feature.acquisitionStart, 1);
    camera.setFaults({ acknowledgeLossPerThousand: 1_000 });
    const id = client.post(0x82, words(feature.triggerSoftware, 1));
    expect(await client.next(100)).toBeNull();
    camera.setFaults({ acknowledgeLossPerThousand: 0 });
    client.post(0x82, words(feature.triggerSoftware, 1), { id });
    expect(await client.next()).toMatchObject({ status: 0, code: 0x83, id });
    expect(camera.counters()).toMatchObject({ acknowledgesDropped: 1, triggers: 1, framesTaken: 1 });
  });

  it.each(['control', 'exclusive'] as const)('is taken away for %s and given back', async (controlStolen) => {
    await client.connect();
    await client.write(feature.acquisitionStart, 1);
    camera.setFaults({ controlStolen });
    expect(await client.write(feature.gain, 100)).toBe(0x8006);
    expect(await client.read(controlRegister)).toEqual({ status: 0, value: controlStolen === 'control' ? 2 : 1 });
    expect((await client.read(feature.width)).status).toBe(controlStolen === 'control' ? 0 : 0x8006);
    expect(await client.write(controlRegister, 2)).toBe(0x8006);
    expect(camera.acquiring).toBe(false);
    camera.setFaults({ controlStolen: 'no' });
    expect((await client.read(controlRegister)).value).toBe(0);
    expect(await client.write(controlRegister, 2)).toBe(0);
  });

  it('is gone without a trace, comes back, and is another one after a reboot', async () => {
    await client.connect();
    await client.write(feature.width, 32);
    camera.vanish();
    client.post(0x80, words(feature.width));
    expect(await client.next(150)).toBeNull();
    camera.comeBack();
    expect(await client.read(feature.width)).toEqual({ status: 0, value: 32 });
    camera.reboot({ milliseconds: 50, width: 128 });
    client.post(0x80, words(feature.width));
    expect(await client.next(20)).toBeNull();
    await expect
      .poll(
        () => {
          client.post(0x80, words(feature.width));
          return client.next(100);
        },
        { timeout: 5_000 },
      )
      .toMatchObject({ payload: words(128) });
    expect((await rival.read(controlRegister)).value).toBe(0);
  });

  it('latches its clock, which begins anew when it is reset', async () => {
    await client.connect();
    const ticks = async (): Promise<bigint> => {
      await client.write(bootstrap.timestampControl, 2);
      return (await client.readMemory(bootstrap.timestampHigh, 8)).readBigUInt64BE();
    };
    const first = await ticks();
    const second = await ticks();
    expect(second).toBeGreaterThan(first);
    camera.resetClock();
    expect(await ticks()).toBeLessThan(second);
  });

  it('takes a new address by its MAC, and answers there', async () => {
    const { payload } = await client.ask(0x02, Buffer.alloc(0));
    const force = Buffer.alloc(56);
    payload.copy(force, 2, 0x0a, 0x10);
    force.set([127, 0, 0, 55], 20);
    force.set([255, 0, 0, 0], 36);
    const elsewhere = await RawClient.open('127.0.0.55');
    try {
      expect(await client.ask(0x04, force)).toMatchObject({ status: 0, code: 0x05 });
      await expect
        .poll(
          () => {
            elsewhere.post(0x02, Buffer.alloc(0));
            return elsewhere.next(100);
          },
          { timeout: 5_000 },
        )
        .toMatchObject({ code: 0x03 });
      expect(camera.address).toBe('127.0.0.55');
      force.set([9, 9], 2);
      elsewhere.post(0x04, force);
      expect(await elsewhere.next(100)).toBeNull();
    } finally {
      elsewhere.close();
    }
  });

  it('lives on whatever bytes it gets', async () => {
    for (let length = 0; length < 200; length += 1) {
      const noise = Buffer.from(Array.from({ length }, (_, index) => (index * 31 + length * 17) & 0xff));
      if (length % 2 === 0 && length > 0) noise[0] = 0x42;
      client.throw(noise);
    }
    client.throw(Buffer.from('4200004000000001', 'hex'));
    await client.connect().catch(() => undefined);
    await expect.poll(() => camera.counters().strangePackets, { timeout: 5_000 }).toBeGreaterThanOrEqual(101);
    expect((await rival.read(feature.width)).value).toBe(64);
  });
});
