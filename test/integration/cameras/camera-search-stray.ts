import { SimulatedCamera } from '../../../electron/simulators/camera/simulated-camera.ts';

/** A process: a camera at the address that is given, which claims one of another network until it is given a better one. */
const [address = ''] = process.argv.slice(2);
await SimulatedCamera.start({ address, claimedAddress: '169.254.12.80', serial: 'STRAY2', mac: '02:ac:00:00:00:85' });
console.log('ready');
