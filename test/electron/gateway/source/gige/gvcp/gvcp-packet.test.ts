import { describe, expect, test } from 'vitest';
import {
  decodeControlCapability,
  decodeDescription,
  decodeText,
  streamRegisters,
} from '../../../../../../electron/gateway/source/gige/gvcp/bootstrap.ts';
import { GvcpError, isErrorStatus } from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-error.ts';
import {
  decodeAcknowledge,
  decodeMemory,
  decodePending,
  decodeRegisterValue,
  encodeDiscovery,
  encodeForceIp,
  encodePacketResend,
  encodeReadMemory,
  encodeReadRegisters,
  encodeWriteMemory,
  encodeWriteRegister,
  nextCommandId,
} from '../../../../../../electron/gateway/source/gige/gvcp/gvcp-packet.ts';
import { said } from '../../../../../support/spoken.ts';

const bytes = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const hex = (packet: Buffer): string => packet.toString('hex');

describe('a command is encoded byte by byte', () => {
  test.each([
    ['discovery', encodeDiscovery(0xffff), '42 11 0002 0000 ffff'],
    ['read of a register', encodeReadRegisters(1, [0x0a00]), '42 01 0080 0004 0001 00000a00'],
    ['read of two registers', encodeReadRegisters(1, [4, 8]), '42 01 0080 0008 0001 00000004 00000008'],
    ['write of a register', encodeWriteRegister(2, 0x0a00, 2), '42 01 0082 0008 0002 00000a00 00000002'],
    ['read of memory', encodeReadMemory(3, 0x200, 512), '42 01 0084 0008 0003 00000200 0000 0200'],
    ['write of memory', encodeWriteMemory(4, 0xf0000000, bytes('01020304')), '42 01 0086 0008 0004 f0000000 01020304'],
    [
      'resend request',
      encodePacketResend(5, { block: 0xfffe, first: 2, last: 0x1000003 }, false),
      '42 00 0040 000c 0005 0000 fffe 00000002 00000003',
    ],
    [
      'resend request with extended ids',
      encodePacketResend(6, { block: 0x1_0000_0002, first: 2, last: 0x1000003 }, true),
      '42 10 0040 0014 0006 0000 0000 00000002 01000003 0000000100000002',
    ],
    [
      'forced address',
      encodeForceIp(7, bytes('0030530a1b2c'), 0xc0a84d0a, 0xffffff00, 0xc0a84d01),
      `42 11 0004 0038 0007 0000 0030530a1b2c ${'00'.repeat(12)} c0a84d0a ${'00'.repeat(12)} ffffff00 ${'00'.repeat(12)} c0a84d01`,
    ],
  ])('%s', (_name, packet, expected) => {
    expect(hex(packet)).toBe(expected.replaceAll(' ', ''));
  });
});

test('command ids wrap past 0', () => {
  expect(nextCommandId(1)).toBe(2);
  expect(nextCommandId(0xfffe)).toBe(0xffff);
  expect(nextCommandId(0xffff)).toBe(1);
});

describe('an acknowledgement', () => {
  test('is read with its status, command, id and what it carries', () => {
    const answer = decodeAcknowledge(bytes('0000 0081 0004 00ff 00000bb8'));
    expect(answer).toEqual({ status: 0, command: 0x81, id: 0xff, payload: bytes('00000bb8') });
    expect(decodeRegisterValue(answer?.payload ?? Buffer.alloc(0))).toBe(3_000);
  });

  test('is cut to its announced length', () => {
    expect(decodeAcknowledge(bytes('0000 0081 0004 00ff 00000bb8 ffff'))?.payload).toEqual(bytes('00000bb8'));
  });

  test.each([
    ['nothing', ''],
    ['half a header', '0000 0081'],
    ['less than it announces', '0000 0081 0004 00ff 0000'],
    ['the id 0', '0000 0081 0000 0000'],
  ])('of %s is none', (_name, text) => {
    expect(decodeAcknowledge(bytes(text))).toBeNull();
  });

  test('with memory counts only if it is the memory that was asked for', () => {
    const payload = bytes('00000200 01020304');
    expect(decodeMemory(payload, 0x200, 4)).toEqual(bytes('01020304'));
    expect(decodeMemory(payload, 0x204, 4)).toBeNull();
    expect(decodeMemory(payload, 0x200, 8)).toBeNull();
    expect(decodeMemory(bytes('0000'), 0x200, 4)).toBeNull();
  });

  test('that more time is needed names the milliseconds', () => {
    expect(decodePending(bytes('0000 03e8'))).toBe(1_000);
    expect(decodePending(bytes('0000'))).toBeNull();
  });
});

describe('an error status', () => {
  test('has a name, a message and its number', () => {
    const error = GvcpError.ofStatus(0x8006, 'write register 0x0a00');
    expect(error).toMatchObject({
      code: 'access-denied',
      status: 0x8006,
      technical: 'write register 0x0a00: status 0x8006 (access-denied)',
    });
    expect(said(error.refusal).text).toBe('The camera denied access: another program may control it.');
  });

  test('that nobody knows is an error all the same', () => {
    expect(isErrorStatus(0x8abc)).toBe(true);
    expect(GvcpError.ofStatus(0x8abc, 'x').code).toBe('unknown-status');
    expect(isErrorStatus(0x0100)).toBe(false);
  });
});

describe('the bootstrap registers', () => {
  const description = (): Buffer => {
    const memory = Buffer.alloc(0xf8);
    memory.set(bytes('00020000 80000001 00000030 530a1b2c 80000007 00000006'), 0);
    memory.set([192, 168, 77, 10], 0x24);
    memory.set([255, 255, 255, 0], 0x34);
    memory.set([192, 168, 77, 1], 0x44);
    memory.write('Acme', 0x48);
    memory.write('A'.repeat(32), 0x68);
    memory.write('1.2\0rubbish', 0x88);
    memory.write('info', 0xa8);
    memory.write('Kamera vörn', 0xe8);
    return memory;
  };

  test('describe the camera', () => {
    expect(decodeDescription(description())).toEqual({
      version: { major: 2, minor: 0 },
      bigEndian: true,
      mac: '00:30:53:0a:1b:2c',
      ip: '192.168.77.10',
      mask: '255.255.255.0',
      gateway: '192.168.77.1',
      ipConfigurationSupported: { persistent: true, dhcp: true, linkLocal: true },
      ipConfigurationCurrent: { persistent: false, dhcp: true, linkLocal: true },
      vendor: 'Acme',
      model: 'A'.repeat(32),
      deviceVersion: '1.2',
      info: 'info',
      serial: '00:30:53:0a:1b:2c',
      userName: 'Kamera vörn',
    });
  });

  test('describe nothing if one byte is missing', () => {
    expect(decodeDescription(description().subarray(0, 0xf7))).toBeNull();
  });

  test('hold texts that can do the window no harm', () => {
    expect(decodeText(Buffer.from('a\x1b[31mb\r\nc\u202ed\u2028\0e'))).toBe('a\ufffd[31mb\ufffd\ufffdc\ufffdd\ufffd');
    expect(decodeText(bytes('41 ff 42'))).toBe('A\ufffdB');
    expect(decodeText(Buffer.from(' padded  \0'))).toBe('padded');
  });

  test('say what the camera can do', () => {
    const none = decodeControlCapability(0);
    expect(Object.values(none)).not.toContain(true);
    expect(decodeControlCapability(0x80000006)).toEqual({
      ...none,
      writeMemory: true,
      packetResend: true,
      userName: true,
    });
    expect(decodeControlCapability(0x20000021)).toEqual({
      ...none,
      concatenation: true,
      pendingAcknowledge: true,
      heartbeatDisable: true,
    });
  });

  test('of a stream channel lie 64 bytes apart', () => {
    expect(streamRegisters(0)).toMatchObject({ hostPort: 0xd00, packetSize: 0xd04, destination: 0xd18 });
    expect(streamRegisters(2)).toMatchObject({ hostPort: 0xd80, sourcePort: 0xd9c, configuration: 0xda4 });
  });
});
