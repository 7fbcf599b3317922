import type { Config } from '../../../shared/config.ts';
import type { DoctorCheck } from '../../../shared/contract.ts';
import { createWords } from '../../../shared/messages/words.ts';
import { readTrust, type SystemFacts, type Trusted } from '../cloud/http/tls/trust.ts';
import { describeCause, OperatorError } from '../platform/errors.ts';
import { check, type Finding, fault, fine, warning } from './check.ts';
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
  const title = 'Certificate authority (caFile)';
  try {
    const trusted = await readTrust(cloud.tls, system);
    if (caFile !== undefined) yield check('ca-file', title, fileFinding(caFile, trusted.own.unusable));
    if (isSecure && systemAuthorities && pinnedSha256 === undefined)
      yield check('system-certificates', 'Certificate store of this PC', storeFinding(trusted.system));
    return trusted;
  } catch (error) {
    const words = createWords();
    const [text, hint] =
      error instanceof OperatorError
        ? [words.text(error.said), words.hint(error.said)]
        : ['The file of certificate authorities can’t be used.', ''];
    yield check('ca-file', title, fault(text, hint, describeCause(error)));
    return null;
  }
}

function fileFinding(path: string, cutOff: number): Finding {
  if (cutOff === 0) return fine(`${path} is trusted.`);
  return warning(
    `${path} is trusted, but ${cutOff} ${cutOff === 1 ? 'certificate in it is' : 'certificates in it are'} cut off and left out.`,
    'Put the file there again, whole: each certificate ends with -----END CERTIFICATE-----.',
  );
}

function storeFinding({ place, authorities, distrusted, unusable, fault: trouble }: SystemFacts): Finding {
  const instead = 'An authority of the plant must be named in cloud.tls.caFile until then.';
  if (trouble !== null && authorities > 0) {
    return warning(
      `${authorities} authorities of ${place ?? 'this PC'} are trusted, but its certificate store can’t be read whole.`,
      'Check that this gateway may read its folders. What was read before still counts; what is new there does not until then.',
      trouble,
    );
  }
  if (trouble !== null) {
    return warning(
      'The certificate store of this PC can’t be read: the authorities in it are not trusted.',
      `Check that this gateway may read it. ${instead}`,
      trouble,
    );
  }
  if (place === null)
    return fine('This PC has no certificate store that is known here: the built-in authorities are trusted.');
  const refused = distrusted === 0 ? '' : `, ${distrusted} certificates are distrusted`;
  const text = `${authorities} authorities of ${place} are trusted beside the built-in ones${refused}.`;
  if (unusable === 0) return fine(text);
  return warning(
    `${text} ${unusable} ${unusable === 1 ? 'entry of it is damaged or can’t be read' : 'entries of it are damaged or can’t be read'}.`,
    'If the plant’s authority is among them, have it put there again: these are left out, the others are used. One that should be distrusted is not refused until it can be read.',
  );
}
