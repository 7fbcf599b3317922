import type { DoctorCheck } from '../../../shared/contract.ts';

/** What the site doctor finds on a site in order, and on one with faults. */

const ok = (code: string, title: string, text: string, technical = ''): DoctorCheck => ({
  code,
  title,
  state: 'ok',
  text,
  hint: '',
  technical,
});

export const soundSite: readonly DoctorCheck[] = [
  ok('dns', 'Name', 'acusight.io is 203.0.113.20.', '203.0.113.20 in 4 ms'),
  ok('tcp', 'Connection', 'Port 443 answers in 21 ms.'),
  ok('tls', 'Certificate', 'The certificate is valid for 61 more days.', 'CN=acusight.io, issuer R11'),
  ok('clock', 'Clock', 'This PC’s clock differs by 0.3 s from the server’s.'),
  ok('key', 'Device key', 'The cloud accepts the key; line-7 is approved for Rheinwerk GmbH.'),
  ok('disk', 'Disk', '212 GB are free, 48 GB of the quota.'),
  ok('fsync', 'Disk speed', 'A picture is written safely in 3 ms.', 'fsync p50 2.1 ms, p99 6.4 ms'),
  ok('folder:aoi', 'Folder of AOI camera', 'Can be read and watched.'),
];

export const faultySite: readonly DoctorCheck[] = [
  ok('dns', 'Name', '10.0.0.5 is an address; no name is needed.'),
  {
    code: 'tls',
    title: 'Certificate',
    state: 'fault',
    text: 'The server’s certificate is from an authority this PC does not know.',
    hint: 'Get the CA file of the plant (Caddy: pki/authorities/local/root.crt) and choose it in Settings › Network.',
    technical: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY 10.0.0.5:443',
  },
  ok('tcp', 'Connection', 'Port 443 answers in 1 ms.'),
  {
    code: 'proxy',
    title: 'Proxy',
    state: 'warning',
    text: 'The proxy is set, but every address on the way is among its exceptions.',
    hint: 'Nothing is broken. Remove the proxy in Settings if it is not needed.',
    technical: 'http://proxy.plant.local:3128 noProxy=10.0.0.0/8,.plant.local',
  },
  {
    code: 'clock',
    title: 'Clock',
    state: 'fault',
    text: 'This PC’s clock is 14 minutes behind the server’s.',
    hint: 'Set the clock, or switch on time synchronisation in the system’s settings.',
    technical: 'skew −843 s',
  },
  { code: 'key', title: 'Device key', state: 'skipped', text: 'Needs a connection.', hint: '', technical: '' },
  ok('object-store', 'Object storage', 'The bucket raw-data can be written.', 'PUT, HEAD, DELETE in 38 ms'),
  ok('disk', 'Disk', '212 GB are free, 29 GB of the quota.'),
  {
    code: 'fsync',
    title: 'Disk speed',
    state: 'warning',
    text: 'A picture takes 46 ms to be written safely; more than 20 a second would have to wait.',
    hint: 'Use a local disk instead of a network drive or a worn memory card.',
    technical: 'fsync p50 44 ms, p99 120 ms',
  },
  ok('folder:aoi', 'Folder of AOI camera', 'Can be read and watched.'),
];
