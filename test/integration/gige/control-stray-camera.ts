import { CameraPeer } from './control-peer.ts';

/**
 * A process: a camera whose address is of another network than the PC's. As such cameras do, it answers by broadcast
 * where the flag allows it, and takes the address that ForceIP names.
 */
const peer = await CameraPeer.start('0.0.0.0', 3956);
const mac = '02:00:00:0a:0b:0c';
peer.describe({ mac, ip: '10.9.8.7', mask: '255.255.255.0', serial: 'STRAY' });
peer.intercept = (command) => {
  const { payload, flags } = command;
  if (command.command === 4) {
    if (payload.subarray(2, 8).toString('hex') !== mac.replaceAll(':', '')) return true;
    peer.memory.set(payload.subarray(20, 24), 0x24);
    peer.memory.set(payload.subarray(36, 40), 0x34);
  }
  const usual = peer.answerTo(command);
  if (usual !== null && (flags & 0x10) !== 0) peer.send(usual, command.from.port, '255.255.255.255');
  return true;
};
console.log('ready');
