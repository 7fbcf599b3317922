import { describe, expect, it } from 'vitest';
import { fillWords, formatBytesPerSecond } from '../../../renderer/format/pace.ts';
import { statusWords } from '../../../renderer/settings/provisioning.ts';
import { reportText, summaryOf } from '../../../renderer/site/report-text.ts';
import { deviceLook, hostOf, wayWords } from '../../../renderer/site/site-text.ts';
import { formatPercent, nearDuplicateScale } from '../../../renderer/sources/near-duplicate-scale.ts';
import type { DoctorCheck } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';
import { createWords } from '../../../shared/messages/words.ts';

describe('pace and forecast in words', () => {
  it('says a rate in short', () => {
    expect(formatBytesPerSecond(1_980_000)).toBe('2 MB/s');
  });

  it('forecasts the full disk, and what happens then', () => {
    const left = 2 * 86_400 + 4 * 3_600 + 59 * 60;
    expect(fillWords({ fullInSeconds: left, whenFull: 'refuse' })).toBe('Full in 2 d 4 h at this rate');
    expect(fillWords({ fullInSeconds: left, whenFull: 'drop-oldest' })).toBe('Drops oldest in 2 d 4 h at this rate');
    expect(fillWords({ fullInSeconds: 59, whenFull: 'refuse' })).toBe('Full in 59 s at this rate');
    expect(fillWords({ fullInSeconds: null, whenFull: 'refuse' })).toBeNull();
  });
});

describe('way and device in words', () => {
  it('says where pictures go in each mode', () => {
    expect(wayWords({ mode: 'cloud', baseUrl: 'https://acusight.io/api', objectStore: null })).toBe(
      'Pictures to acusight.io',
    );
    expect(
      wayWords({ mode: 'lan', baseUrl: 'https://10.0.0.5:8443/api', objectStore: 'http://10.0.0.5:9000/raw-data' }),
    ).toBe('Pictures to http://10.0.0.5:9000/raw-data, notices to 10.0.0.5:8443');
    expect(hostOf('http://[fd00::1]:8080/api')).toBe('[fd00::1]:8080');
  });

  it('has a level for each answer about the device, and calls an unknown one unknown', () => {
    const look = (status: 'pending' | 'approved' | 'rejected' | 'unknown') =>
      deviceLook({ name: null, organization: null, status }).level;
    expect([look('approved'), look('pending'), look('rejected'), look('unknown'), deviceLook(null).level]).toEqual([
      'good',
      'act',
      'alarm',
      'waiting',
      'waiting',
    ]);
    expect(statusWords('suspended')).toBe('Acusight says: suspended.');
  });
});

describe('the near-duplicate filter', () => {
  it('has a scale that holds threshold and difference', () => {
    for (const [threshold, difference] of [
      [0, 0],
      [3, 1.24],
      [3, 48],
      [80, 12],
      [100, 100],
    ] as const) {
      const scale = nearDuplicateScale(threshold, difference);
      expect(scale.top).toBeGreaterThanOrEqual(Math.max(threshold, difference));
      expect(scale.threshold * scale.top).toBeCloseTo(threshold);
      expect(scale.difference * scale.top).toBeCloseTo(difference);
    }
  });

  it('never shows a small difference as none', () => {
    expect([0, 0.04, 1.24, 3, 9.96, 48.2].map(formatPercent)).toEqual([
      '0 %',
      '<0.1 %',
      '1.2 %',
      '3 %',
      '10 %',
      '48 %',
    ]);
  });
});

describe('the site doctor’s report', () => {
  const sound: DoctorCheck = {
    code: 'clock',
    title: message('check-of', { context: 'clock' }),
    message: message('check-clock'),
    technical: '',
  };
  const slow: DoctorCheck = {
    ...sound,
    message: message('check-clock-far-off', { context: 'behind', skew: 843_000 }),
    technical: 'server 12:00:00, this PC 11:45:57',
  };
  const warning = { ...sound, message: message('check-clock-off', { context: 'ahead', skew: 90_000 }) };
  const untested = { ...sound, message: message('check-not-tested', { context: 'no-answer' }) };

  it('counts in words, the worst first', () => {
    expect(summaryOf([sound, slow, warning, untested, sound])).toBe('1 fault, 1 to look at, 2 OK, 1 not checked');
  });

  it('can be read out: state, finding, what to do, and who this is', () => {
    const text = reportText([slow, sound], ['Device: line-7'], '2026-11-21T12:00:00.000Z', createWords());
    expect(text).toBe(
      [
        'Acusight Line Gateway: site check',
        '2026-11-21T12:00:00.000Z',
        'Device: line-7',
        '',
        '1 fault, 1 OK',
        '',
        '[FAULT] Clock: This PC’s clock is 14 min behind the server’s.',
        '    To do: Let the operating system set the clock by itself (NTP); in a plant without internet, from the plant’s own time server. If this PC is right, tell the server’s administrator.',
        '    (server 12:00:00, this PC 11:45:57)',
        '[OK] Clock: This PC’s clock and the server’s agree.',
        '',
      ].join('\n'),
    );
  });
});
