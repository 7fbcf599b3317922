import type { ConfigFault } from '../../shared/config.ts';
import type { Setup } from '../../shared/contract.ts';

/** The faults of one field. A fault of something below the field belongs to it too (`sources[0]` for `sources[0].id`). */
export const faultsOf = (faults: readonly ConfigFault[], ...paths: readonly string[]): readonly string[] =>
  faults.filter((fault) => paths.includes(fault.path)).map((fault) => fault.message);

/** Faults that stand beside no field of the form: they are listed above it, with their path. */
export function otherFaults(faults: readonly ConfigFault[], folderCount: number): readonly ConfigFault[] {
  const known = new Set(['cloud.baseUrl', 'cloud.deviceId', 'deviceKey', 'sources']);
  for (let index = 0; index < folderCount; index += 1) {
    known.add(`sources[${index}].path`);
    known.add(`sources[${index}].id`);
  }
  return faults.filter((fault) => !known.has(fault.path));
}

/**
 * What is plainly missing, found before the gateway is asked. Everything else is the gateway's to judge, so that there
 * is one set of rules.
 */
export function missingFields(setup: Setup, keyStored: boolean): readonly ConfigFault[] {
  const faults: ConfigFault[] = [];
  if (setup.baseUrl.trim() === '')
    faults.push({ path: 'cloud.baseUrl', message: 'Enter the address of the cloud or server.' });
  if (setup.deviceId.trim() === '') faults.push({ path: 'cloud.deviceId', message: 'Enter the device id.' });
  if (setup.deviceKey === '' && !keyStored) faults.push({ path: 'deviceKey', message: 'Enter the device key.' });
  if (setup.folders.length === 0) faults.push({ path: 'sources', message: 'Add at least one folder.' });
  return faults;
}
