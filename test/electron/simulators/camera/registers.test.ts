import { describe, expect, it } from 'vitest';
import { bootstrap, feature } from '../../../../electron/simulators/camera/addresses.ts';
import { CommandAnswers } from '../../../../electron/simulators/camera/command-answers.ts';
import { ControlPrivilege } from '../../../../electron/simulators/camera/control-privilege.ts';
import { descriptionXml } from '../../../../electron/simulators/camera/description/description.ts';
import { noFaults } from '../../../../electron/simulators/camera/faults.ts';
import { completeOptions, type SimulatorOptionsInput } from '../../../../electron/simulators/camera/options.ts';
import { PoweredCamera } from '../../../../electron/simulators/camera/powered-camera.ts';
import { readOptions } from '../../../../electron/simulators/camera/run-options.ts';
import { parseCommand, statusCodes } from '../../../../electron/simulators/camera/wire/gvcp.ts';
import { words } from './raw-client.ts';

const peer = { address: '127.0.0.1', port: 5_000 };
const other = { address: '127.0.0.1', port: 5_001 };

function cameraOf(input: Partial<SimulatorOptionsInput> = {}) {
  const options = completeOptions({ address: '127.0.0.51', sensorWidth: 64, sensorHeight: 32, ...input });
  const state = { acquiring: false, stolen: 'no' as const };
  const nothing = (): void => {};
  const privilege = new ControlPrivilege({ heartbeat: () => 60_000, stolen: () => state.stolen, released: nothing });
  const camera = new PoweredCamera(options, new Map(), {
    streamPort: 40_000,
    privilege: () => privilege.value,
    streamMoved: nothing,
    fireTestPacket: nothing,
    acquiring: () => state.acquiring,
    startAcquisition: nothing,
    stopAcquisition: nothing,
    faults: () => noFaults,
    rescheduled: nothing,
    softwareTrigger: nothing,
    reset: nothing,
  });
  const answers = new CommandAnswers(() => camera.registers, privilege, options);
  const ask = (code: number, payload: Buffer, from = peer) => {
    const header = Buffer.alloc(8);
    header.writeUInt16BE(0x4201, 0);
    header.writeUInt16BE(code, 2);
    header.writeUInt16BE(payload.length, 4);
    header.writeUInt16BE(1, 6);
    const command = parseCommand(Buffer.concat([header, payload]));
    if (command === null) throw new Error('not a command');
    return answers.answer(command, from);
  };
  const write = (address: number, value: number, from = peer): number => ask(0x82, words(address, value), from).status;
  const read = (address: number, from = peer) => ask(0x80, words(address), from);
  return { ask, write, read, state, privilege, options };
}

describe('the registers of the simulated camera', () => {
  it('are written by whoever controls it and by nobody else', () => {
    const { write, read, privilege } = cameraOf();
    expect(write(feature.width, 32)).toBe(statusCodes.accessDenied);
    expect(write(bootstrap.privilege, 2)).toBe(0);
    expect(write(feature.width, 32)).toBe(0);
    expect(write(bootstrap.privilege, 2, other)).toBe(statusCodes.accessDenied);
    expect(write(feature.width, 48, other)).toBe(statusCodes.accessDenied);
    expect(read(feature.width, other).payload).toEqual(words(32));
    expect(write(bootstrap.privilege, 0)).toBe(0);
    expect(write(bootstrap.privilege, 1, other)).toBe(0);
    expect(read(feature.width).status).toBe(statusCodes.accessDenied);
    expect(read(bootstrap.privilege).payload).toEqual(words(1));
    privilege.forget();
  });

  it('lock the start until the settings are locked, and these until the pictures are stopped', () => {
    for (const lock of ['start', 'start-and-stop'] as const) {
      const { write, state, privilege } = cameraOf({ lock });
      write(bootstrap.privilege, 2);
      expect(write(feature.acquisitionStart, 1)).toBe(statusCodes.writeProtected);
      expect(write(feature.acquisitionStop, 1)).toBe(lock === 'start' ? 0 : statusCodes.writeProtected);
      expect(write(feature.width, 32)).toBe(0);
      expect(write(feature.transportLocked, 1)).toBe(0);
      expect(write(feature.width, 64)).toBe(statusCodes.writeProtected);
      expect(write(feature.acquisitionStart, 1)).toBe(0);
      state.acquiring = true;
      expect(write(feature.transportLocked, 0)).toBe(statusCodes.writeProtected);
      expect(write(feature.acquisitionStop, 1)).toBe(0);
      state.acquiring = false;
      expect(write(feature.transportLocked, 0)).toBe(0);
      expect(write(feature.width, 64)).toBe(0);
      privilege.forget();
    }
  });

  it('lie turned around in the memory of a little-endian camera, but for texts; numbers are as they are', () => {
    const { ask, read, write, privilege } = cameraOf({ memoryOrder: 'little-endian', sensorWidth: 1024, width: 1024 });
    write(bootstrap.privilege, 2);
    expect(read(feature.width).payload).toEqual(words(1_024));
    expect(ask(0x84, words(feature.width, 4)).payload).toEqual(words(feature.width, 0x0004_0000));
    expect(ask(0x86, words(feature.width, 0x0002_0000)).status).toBe(0);
    expect(read(feature.width).payload).toEqual(words(512));
    expect(ask(0x84, words(bootstrap.vendor, 8)).payload.subarray(4).toString('latin1')).toBe('Acusight');
    privilege.forget();
  });

  it('answer READREG and WRITEREG only, where the camera is one of those', () => {
    const { ask, read, privilege, write } = cameraOf({ refusesMemory: true });
    write(bootstrap.privilege, 2);
    expect(ask(0x84, words(feature.width, 4)).status).toBe(statusCodes.badAddress);
    expect(ask(0x86, words(feature.width, 32)).status).toBe(statusCodes.badAddress);
    expect(read(feature.width).payload).toEqual(words(64));
    expect(write(feature.width, 32)).toBe(0);
    privilege.forget();
  });

  it('refuse what is out of range, out of step, unknown or only to be read', () => {
    const { write, read, privilege } = cameraOf();
    write(bootstrap.privilege, 2);
    expect(write(feature.width, 68)).toBe(statusCodes.badParameter);
    expect(write(feature.width, 34)).toBe(statusCodes.badParameter);
    expect(write(feature.width, 32)).toBe(0);
    expect(write(feature.offsetX, 32)).toBe(0);
    expect(write(feature.width, 36)).toBe(statusCodes.badParameter);
    expect(write(feature.pixelFormat, 1)).toBe(statusCodes.badParameter);
    expect(write(feature.exposureTime, 0x7fc0_0000)).toBe(statusCodes.badParameter);
    expect(write(feature.payloadSize, 1)).toBe(statusCodes.writeProtected);
    expect(write(0xff00, 1)).toBe(statusCodes.badAddress);
    expect(read(0xff00).status).toBe(statusCodes.badAddress);
    expect(read(0xa101).status).toBe(statusCodes.badAlignment);
    privilege.forget();
  });

  it('keep what decides on the size while pictures are taken', () => {
    const { write, state, privilege } = cameraOf();
    write(bootstrap.privilege, 2);
    state.acquiring = true;
    expect(write(feature.width, 32)).toBe(statusCodes.writeProtected);
    expect(write(feature.gain, 100)).toBe(0);
    privilege.forget();
  });

  it('say how large a frame is, its chunks included', () => {
    const { write, read, privilege } = cameraOf();
    write(bootstrap.privilege, 2);
    expect(read(feature.payloadSize).payload).toEqual(words(64 * 32));
    expect(write(feature.pixelFormat, 0x010c_0047)).toBe(0);
    expect(read(feature.payloadSize).payload).toEqual(words(64 * 32 * 1.5));
    expect(write(feature.chunkModeActive, 1)).toBe(0);
    expect(write(feature.chunkEnable, 0)).toBe(0);
    expect(read(feature.payloadSize).payload).toEqual(words(64 * 32 * 1.5 + 8 + 2 * 16));
    privilege.forget();
  });

  it('are read and written several at a time only where the camera can', () => {
    const able = cameraOf();
    expect(able.ask(0x80, words(feature.width, feature.height)).payload).toEqual(words(64, 32));
    const unable = cameraOf({ capabilities: { concatenation: false, writeMemory: false } });
    expect(unable.ask(0x80, words(feature.width, feature.height)).status).toBe(statusCodes.notImplemented);
    unable.write(bootstrap.privilege, 2);
    expect(unable.ask(0x86, words(feature.width, 32)).status).toBe(statusCodes.notImplemented);
    unable.privilege.forget();
  });

  it('go back to a kept set of settings', () => {
    const { write, read, privilege } = cameraOf();
    write(bootstrap.privilege, 2);
    expect(write(feature.userSetSave, 1)).toBe(statusCodes.writeProtected);
    write(feature.width, 32);
    write(feature.userSetSelector, 1);
    expect(write(feature.userSetSave, 1)).toBe(0);
    write(feature.userSetSelector, 0);
    write(feature.userSetLoad, 1);
    expect(read(feature.width).payload).toEqual(words(64));
    write(feature.userSetSelector, 1);
    write(feature.userSetLoad, 1);
    expect(read(feature.width).payload).toEqual(words(32));
    privilege.forget();
  });

  it('answer any bytes with a status', () => {
    const { ask, write, privilege } = cameraOf();
    write(bootstrap.privilege, 2);
    for (let length = 0; length < 64; length += 1) {
      for (const code of [0x80, 0x82, 0x84, 0x86, 0x100, 0xffff]) {
        expect(ask(code, Buffer.alloc(length, 0xff)).status).toBeGreaterThan(0x8000);
      }
    }
    privilege.forget();
  });
});

describe('the description of the simulated camera', () => {
  it('names no node twice and refers to no node that is not there', () => {
    for (const lock of ['none', 'start-and-stop'] as const) {
      const options = completeOptions({ address: '127.0.0.51', lock, jpeg: () => Buffer.alloc(0) });
      expectConsistent(descriptionXml(options));
    }
  });

  function expectConsistent(xml: string): void {
    const names = [...xml.matchAll(/<(?!EnumEntry|pVariable)\w+ Name="(\w+)"/g)].map((match) => match[1]);
    expect(names.length).toBeGreaterThan(100);
    expect(new Set(names).size).toBe(names.length);
    const references = [...xml.matchAll(/<p[A-Z]\w*(?: [^>]*)?>(\w+)</g)].map((match) => match[1]);
    expect(references.filter((name) => !names.includes(name))).toEqual([]);
  }
});

describe('the flags of the simulated camera', () => {
  it('become options, and a wrong one is refused', () => {
    expect(readOptions(['--address', '127.0.0.9', '--serial', 'S', '--frame-rate', '5', '--no-resend'])).toMatchObject({
      address: '127.0.0.9',
      serial: 'S',
      framesPerSecond: 5,
      capabilities: { resend: false },
    });
    expect(readOptions(['--address', '127.0.0.9', '--lock', 'start', '--refuses-memory'])).toMatchObject({
      lock: 'start',
      refusesMemory: true,
      runsOn: false,
    });
    expect(() => readOptions(['--address', '127.0.0.9', '--lock', 'stop'])).toThrow('--lock is one of');
    expect(() => readOptions(['--serial', 'S'])).toThrow('--address');
    expect(() => readOptions(['--address', '127.0.0.9', '--width', 'x'])).toThrow('--width');
    expect(() => completeOptions({ address: '127.0.0.9', width: 33 })).toThrow('multiples of four');
  });
});
