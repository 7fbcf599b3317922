import { noUsbCameras } from '../../../electron/gateway/source/usb/usb-cameras.ts';
import { Cameras } from '../../../electron/gateway/wiring/cameras.ts';
import { contract } from '../../../shared/contract.ts';

/** A process on the line PC: what the window's search for cameras is answered with, after `camera.forceIp` where one is given. */
const cameras = new Cameras([], () => null, noUsbCameras);
const [request] = process.argv.slice(2);
if (request !== undefined) await cameras.forceIp(contract['camera.forceIp'].request.parse(JSON.parse(request)));
console.log(JSON.stringify(await cameras.find()));
