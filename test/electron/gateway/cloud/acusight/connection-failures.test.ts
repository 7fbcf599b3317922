import { describe, expect, test } from 'vitest';
import { meaningOfLoss, type Peer } from '../../../../../electron/gateway/cloud/acusight/connection-failures.ts';
import { CodedError } from '../../../../../electron/gateway/cloud/http/coded-error.ts';
import { OperatorError } from '../../../../../electron/gateway/platform/errors.ts';
import { message } from '../../../../../shared/messages/message.ts';
import { failureTold } from '../../../../support/spoken.ts';

/** Its code, and what a person reads. */
const lossOf = (error: Error, sent: boolean, peer?: Peer) => failureTold(meaningOfLoss(error, sent, peer));
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
    ['CERT_HAS_EXPIRED', 'certificate-expired'],
    ['CERT_NOT_YET_VALID', 'certificate-not-yet-valid'],
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
    ['ACUSIGHT_PIN_MISMATCH', 'certificate-pin-mismatch'],
    ['ACUSIGHT_PROXY_AUTH', 'proxy-refused'],
    ['ACUSIGHT_PROXY_DENIED', 'proxy-denied'],
    ['ACUSIGHT_PROXY_UPSTREAM', 'proxy-upstream'],
  ])('%s is "%s": everything waits, and no attempt is consumed', (code, expected) => {
    for (const error of [coded(code), wrapped(code)]) {
      const meaning = lossOf(error, false);
      expect(meaning).toMatchObject({ code: expected, disposition: 'pause', pauseReason: 'offline', ambiguous: false });
      expect(meaning.technical).toContain(code);
      expect(meaning.text).toMatch(/\.$/);
      expect(meaning.hint).toMatch(/\.$/);
    }
  });

  test('an error without a code has words too', () => {
    expect(lossOf(new Error('odd'), false)).toMatchObject({ code: 'connection-lost', technical: 'odd' });
  });
});

test.each(['ECONNRESET', 'UND_ERR_SOCKET', 'ACUSIGHT_SILENCE'])(
  '%s after the picture was sent is ambiguous: the cloud may hold it',
  (code) => {
    expect(lossOf(coded(code), true)).toMatchObject({
      code: 'no-answer',
      disposition: 'retry',
      pauseReason: 'offline',
      ambiguous: true,
    });
  },
);

describe('whom it was about', () => {
  test('the proxy, when the connection to it failed: why is in the cause', () => {
    for (const [code, expected] of [
      ['ECONNREFUSED', 'connection-refused proxy'],
      ['ENOTFOUND', 'name-not-found proxy'],
      ['UND_ERR_CONNECT_TIMEOUT', 'unreachable proxy'],
      ['DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate-untrusted proxy'],
      ['ECONNRESET', 'connection-lost proxy'],
    ] as const) {
      const meaning = lossOf(new CodedError('ACUSIGHT_PROXY_LOST', 'no connection', coded(code)), false);
      expect(meaning).toMatchObject({ code: expected, disposition: 'pause', pauseReason: 'offline' });
      expect(meaning.text).toMatch(/proxy/i);
      expect(meaning.technical).toContain(code);
    }
  });

  test('the object storage: words and hint name it, and no answer leaves no doubt in the cloud', () => {
    const refused = lossOf(coded('ECONNREFUSED'), false, 'storage');
    expect(refused).toMatchObject({ code: 'connection-refused storage', pauseReason: 'offline' });
    expect(refused.text).toBe('The object storage does not accept connections.');
    expect(refused.hint).toContain('cloud.objectStore.endpoint');
    const silent = lossOf(coded('ECONNRESET'), true, 'storage');
    expect(silent).toMatchObject({ code: 'no-answer storage', disposition: 'retry', ambiguous: false });
    expect(silent.text).toBe('Sent to the object storage, no answer.');
    expect(silent.hint).toBe('Nothing to do: it is sent again.');
  });

  test('this PC’s own disk: the picture is tried again, and the way stays open', () => {
    const error = new CodedError('ACUSIGHT_PAYLOAD', 'the stored picture can’t be read', coded('EIO'));
    for (const sent of [false, true]) {
      expect(lossOf(error, sent)).toMatchObject({
        code: 'payload-unreadable',
        disposition: 'retry',
        ambiguous: false,
      });
    }
  });

  test('a setting of this gateway: its own words are kept', () => {
    const said = message('ca-file-unreadable', { file: '/etc/site.pem' });
    const error = new OperatorError(said, { operation: 'reading', disposition: 'pause' });
    for (const one of [error, new Error('no connection', { cause: error })])
      expect(meaningOfLoss(one, false)).toMatchObject({ message: said, pauseReason: 'offline' });
  });

  test('a slow line: how to wait longer is said where no answer came in time, and only there', () => {
    for (const peer of ['server', 'storage'] as const) {
      expect(lossOf(coded('ACUSIGHT_SILENCE'), true, peer).hint).toContain('sync.answerTimeoutMilliseconds');
      expect(lossOf(coded('ECONNRESET'), true, peer).hint).not.toContain('sync.answerTimeoutMilliseconds');
    }
  });
});

describe('a server that has IPv6 addresses only', () => {
  const unreachable = (address: string): Error =>
    Object.assign(new Error(`connect ENETUNREACH ${address}`), { code: 'ENETUNREACH', address });
  const all = (...addresses: string[]): Error =>
    Object.assign(new AggregateError(addresses.map(unreachable)), { code: 'ENETUNREACH' });

  test('on a network without IPv6 is called so; one with IPv4 too is simply unreachable', () => {
    expect(lossOf(unreachable('2001:db8::1'), false).code).toBe('unreachable-ipv6');
    expect(lossOf(all('2001:db8::1', '2001:db8::2'), false).code).toBe('unreachable-ipv6');
    expect(lossOf(all('2001:db8::1', '192.0.2.1'), false).code).toBe('unreachable');
    expect(lossOf(unreachable('192.0.2.1'), false).code).toBe('unreachable');
  });
});
