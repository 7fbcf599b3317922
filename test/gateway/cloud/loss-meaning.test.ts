import { describe, expect, test } from 'vitest';
import { meaningOfLoss } from '../../../electron/gateway/cloud/loss-meaning.ts';

const coded = (code: string): Error => Object.assign(new Error(`connect ${code} 10.0.0.5:443`), { code });
const wrapped = (code: string): Error => new Error('fetch failed', { cause: coded(code) });

describe('no answer, and the picture was not sent', () => {
  test.each([
    ['ECONNREFUSED', 'connection-refused'],
    ['ENOTFOUND', 'name-not-found'],
    ['EAI_AGAIN', 'name-not-found'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-wrong-host'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-untrusted'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'certificate-untrusted'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'certificate-untrusted'],
    ['CERT_HAS_EXPIRED', 'certificate-untrusted'],
    ['CERT_NOT_YET_VALID', 'certificate-untrusted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls-failed'],
    ['EPROTO', 'tls-failed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'unreachable'],
    ['ETIMEDOUT', 'unreachable'],
    ['EHOSTUNREACH', 'unreachable'],
    ['ENETUNREACH', 'unreachable'],
    ['ENETDOWN', 'unreachable'],
    ['ECONNRESET', 'connection-lost'],
    ['EPIPE', 'connection-lost'],
    ['UND_ERR_SOCKET', 'connection-lost'],
    ['ACUSIGHT_SILENCE', 'server-silent'],
  ])('%s is "%s": everything waits, and no attempt is consumed', (code, expected) => {
    for (const error of [coded(code), wrapped(code)]) {
      const meaning = meaningOfLoss(error, false);
      expect(meaning).toMatchObject({ code: expected, disposition: 'pause', gate: 'offline', ambiguous: false });
      expect(meaning.technical).toContain(code);
      expect(meaning.text).toMatch(/\.$/);
      expect(meaning.hint).toMatch(/\.$/);
    }
  });

  test('an error without a code has words too', () => {
    expect(meaningOfLoss(new Error('odd'), false)).toMatchObject({ code: 'connection-lost', technical: 'odd' });
  });
});

test.each(['ECONNRESET', 'UND_ERR_SOCKET', 'ACUSIGHT_SILENCE'])(
  '%s after the picture was sent is ambiguous: the cloud may hold it',
  (code) => {
    expect(meaningOfLoss(coded(code), true)).toMatchObject({
      code: 'no-answer',
      disposition: 'retry',
      gate: 'offline',
      ambiguous: true,
    });
  },
);
