import { discover } from '../../../electron/gateway/source/gige/discovery/discovery.ts';
import { forceIp } from '../../../electron/gateway/source/gige/discovery/force-ip.ts';

/** A process on the line PC: looks for cameras, after it gave one the address that was proposed if the word is `force`. */
const found = await discover();
const [camera] = found.cameras;
if (process.argv[2] === 'force' && camera?.proposal != null) {
  const { mac, proposal, interfaceAddress } = camera;
  await forceIp({ mac, ...proposal, interfaceAddress });
  console.log(JSON.stringify(await discover()));
} else {
  console.log(JSON.stringify(found));
}
