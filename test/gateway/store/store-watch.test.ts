import { expect, test } from 'vitest';
import { GatewayError } from '../../../electron/gateway/platform/errors.ts';
import { silentLogger } from '../../../electron/gateway/platform/logger.ts';
import { StoreWatch } from '../../../electron/gateway/store/store-watch.ts';

const failure = (code: string): Error => Object.assign(new Error('it failed'), { code });

test('a damaged database and a disk that is gone are told once, in their own words; all else is none of its business', () => {
  const watch = new StoreWatch('/data/gateway.sqlite');
  const told: string[] = [];
  watch.onFault(({ code }) => told.push(code));
  for (const harmless of ['SQLITE_FULL', 'SQLITE_BUSY', 'SQLITE_CONSTRAINT_UNIQUE', 'ENOSPC', 'ECONNRESET'])
    watch.note(failure(harmless));
  watch.note(null);
  watch.note('text');
  expect(watch.fault).toBeNull();
  watch.note(failure('SQLITE_IOERR_FSYNC'));
  watch.note(failure('SQLITE_CORRUPT'));
  expect(told).toEqual(['store-unavailable']);
  expect(watch.fault?.message).toContain('data disk does not work');
});

test('a failure that its owner only logs is heard too, and one that came before anybody listened', () => {
  const watch = new StoreWatch('/data/gateway.sqlite');
  watch.listening(silentLogger).log('warn', 'look-failed', { error: failure('SQLITE_CORRUPT_INDEX') });
  const told: GatewayError[] = [];
  watch.onFault((fault) => told.push(fault));
  expect(told).toHaveLength(1);
  expect(told[0]).toBeInstanceOf(GatewayError);
  expect(told[0]?.message).toBe("The gateway's database is damaged: /data/gateway.sqlite");
});
