import type { DoctorCheck } from '../../../shared/contract.ts';
import { type Message, message, type ParamsOf } from '../../../shared/messages/message.ts';

/** What the site doctor finds on a site in order, and on one with faults. */

const check = (context: ParamsOf<'check-of'>['context'], found: Message, technical = ''): DoctorCheck => ({
  code: context,
  title: message('check-of', { context }),
  message: found,
  technical,
});

const issuer = (name: string) => message('check-issuer', { context: 'named', issuer: name });
const reached = (address: string, after: number) =>
  message('check-reached', { port: '443', places: [message('check-reached-at', { address, after })] });
const space = message('check-space', { free: 212e9, total: 480e9, share: 50e9 });
const folder: DoctorCheck = {
  code: 'folder:aoi',
  title: message('check-of-source', { source: 'AOI camera' }),
  message: message('check-folder', { context: 'read', folder: '/line/aoi' }),
  technical: '',
};

export const soundSite: readonly DoctorCheck[] = [
  check('dns', message('check-name', { host: 'acusight.io', addresses: '203.0.113.20 (IPv4)', after: 4 })),
  check('tcp', reached('203.0.113.20', 21)),
  check(
    'tls',
    message('check-tls', {
      protocol: 'TLSv1.3',
      certificate: message('check-certificate-issued', { issuer: issuer('R11') }),
      until: '2027-01-21',
    }),
    'TLSv1.3, subject acusight.io, issuer R11',
  ),
  check('clock', message('check-clock')),
  check(
    'key',
    message('check-key', {
      context: 'approved',
      device: message('check-device', { context: 'owned', device: 'line-7', organization: 'Rheinwerk GmbH' }),
    }),
  ),
  check('disk', space),
  check('fsync', message('check-fsync', { median: 3, worst: 6, files: 20 })),
  folder,
];

export const faultySite: readonly DoctorCheck[] = [
  check('dns', message('check-name-needless', { host: '10.0.0.5' })),
  check(
    'tls',
    message('check-issuer-untrusted', { context: 'no-file', issuer: issuer('Caddy Local Authority'), file: '' }),
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY 10.0.0.5:443',
  ),
  check('tcp', reached('10.0.0.5', 1)),
  check(
    'proxy-choice',
    message('check-proxy-absent', {
      chosen: message('check-proxy-chosen', {
        context: 'system',
        target: '10.0.0.5:443',
        routes: [
          message('check-route', { context: 'proxy', proxy: 'proxy.plant.local:3128' }),
          message('check-route', { context: 'then-direct', proxy: '' }),
        ],
      }),
      proxies: 'proxy.plant.local:3128',
    }),
  ),
  check('clock', message('check-clock-far-off', { context: 'behind', skew: 1_843_000 }), 'skew −1843 s'),
  check('key', message('check-not-tested', { context: 'untrusted' })),
  check('object-store', message('check-store', { context: 'bucket', bucket: 'raw-data', prefix: '' })),
  check('disk', space),
  check('fsync', message('check-fsync-slow', { speed: message('check-fsync', { median: 64, worst: 120, files: 20 }) })),
  folder,
];
