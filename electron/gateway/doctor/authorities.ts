import type { Config } from '../../../shared/config.ts';
import type { DoctorCheck } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import { readTrust, type SystemFacts, type Trusted } from '../cloud/http/tls/trust.ts';
import { describeCause, OperatorError } from '../platform/errors.ts';
import { check, type Finding, fault, finding, titleOf } from './check.ts';
import type { DoctorOptions } from './doctor-options.ts';

/** Whom connections trust: the file that the configuration names, and this PC's own store. */

/** Null when the file can't be used: then no encrypted connection can be made. */
export async function* checkAuthorities(
  { cloud }: Config,
  system: DoctorOptions['system'],
): AsyncGenerator<DoctorCheck, Trusted | null> {
  const { caFile, pinnedSha256, systemAuthorities } = cloud.tls;
  const isSecure = [
    cloud.baseUrl,
    cloud.mode === 'lan' ? cloud.objectStore?.endpoint : undefined,
    cloud.proxy?.url,
  ].some((address) => address?.startsWith('https:') === true);
  const title = titleOf('ca-file');
  try {
    const trusted = await readTrust(cloud.tls, system);
    if (caFile !== undefined) yield check('ca-file', title, fileFinding(caFile, trusted.own.unusable));
    if (isSecure && systemAuthorities && pinnedSha256 === undefined)
      yield check('system-certificates', titleOf('system-certificates'), storeFinding(trusted.system));
    return trusted;
  } catch (error) {
    const unusable = error instanceof OperatorError ? fault(error.said) : finding(message('check-ca-file-unusable'));
    yield check('ca-file', title, { ...unusable, technical: describeCause(error) });
    return null;
  }
}

function fileFinding(file: string, count: number): Finding {
  return finding(count === 0 ? message('check-ca-file', { file }) : message('check-ca-file-cut', { file, count }));
}

function storeFinding({ place, authorities, distrusted, unusable, fault: trouble }: SystemFacts): Finding {
  if (trouble !== null) {
    if (authorities === 0) return finding(message('check-certificates-unread'), trouble);
    const context = place === null ? 'this-pc' : 'place';
    return finding(
      message('check-certificates-partly-read', { context, place: place ?? '', count: authorities }),
      trouble,
    );
  }
  if (place === null) return finding(message('check-certificates-nowhere'));
  const refused = distrusted === 0 ? [] : [message('check-certificates-distrusted', { count: distrusted })];
  const certificates = message('check-certificates', { place, count: authorities, distrusted: refused });
  return finding(
    unusable === 0 ? certificates : message('check-certificates-damaged', { certificates, count: unusable }),
  );
}
