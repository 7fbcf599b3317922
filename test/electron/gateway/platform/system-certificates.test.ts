import { expect, test } from 'vitest';
import {
  allCertificatesIn,
  certificatesIn,
  usableOf,
} from '../../../../electron/gateway/cloud/http/tls/certificates.ts';
import { systemCertificates } from '../../../../electron/gateway/platform/system-certificates.ts';
import { authorityText } from '../../../support/certificate-store.ts';

test('this PC’s own store is read, and where it has one, what is in it can be used', () => {
  const { authorities, place } = systemCertificates().read();
  const { found } = allCertificatesIn(authorities);
  expect(found.length > 0).toBe(place !== null);
  // Whoever asks later is told with what it gave before.
  expect(systemCertificates()).toBe(systemCertificates());
});

test('a certificate that was cut off takes the next one with it no further', async () => {
  const [plant, other] = [await authorityText('plant-ca'), await authorityText('other-ca')];
  const read = certificatesIn(Buffer.from(`${other.slice(0, 150)}\n${plant}`));
  expect(read.found.map(({ subject }) => subject)).toEqual(['CN=Acusight test plant authority']);
  expect(read.unusable).toBe(1);
});

test('of several authorities of one name those that have expired make way, a single one stays to be named', () => {
  const certificate = (fingerprint: string, subject: string, endsAt: number) => ({
    pem: '',
    fingerprint,
    subject,
    isSelfIssued: true,
    endsAt,
  });
  const old = certificate('1', 'CN=Plant', 100);
  const renewed = certificate('2', 'CN=Plant', 300);
  const alone = certificate('3', 'CN=Other', 100);
  const kept = (now: number) => usableOf([old, renewed, alone, renewed], now).map(({ fingerprint }) => fingerprint);
  expect(kept(50)).toEqual(['1', '2', '3']);
  expect(kept(200)).toEqual(['2', '3']);
  expect(kept(400)).toEqual(['1', '2', '3']);
});
