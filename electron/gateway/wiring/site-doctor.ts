import type { DoctorCheck } from '../../../shared/contract.ts';
import type { DoctorOptions } from '../doctor/doctor-options.ts';
import { runDoctor } from '../doctor/run-doctor.ts';
import { isNetworkShare, mappedDriveOf } from '../platform/network-share.ts';

export type SiteDoctorOptions = Omit<DoctorOptions, 'isNetworkShare' | 'mappedDriveOf' | 'proc' | 'timeZone'>;

/** The site doctor on this very PC; each check as soon as it is done. Never rejects, and ends within two minutes. */
export function examineSite(options: SiteDoctorOptions): AsyncIterable<DoctorCheck> {
  return runDoctor({
    ...options,
    isNetworkShare,
    mappedDriveOf,
    proc: process.platform === 'linux' ? '/proc' : null,
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
}
