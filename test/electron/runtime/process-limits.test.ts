import { expect, it } from 'vitest';
import { leastFiles, tooFewFiles } from '../../../electron/runtime/process-limits.ts';

const limits = (files: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${files}                 4096                 files     \n`;

it('says how many files this process may open, how many it needs, and how to raise the limit', () => {
  expect(tooFewFiles(limits('64'))).toMatch(
    /may open 64 files at a time, and needs 256[\s\S]*ulimit -n[\s\S]*LimitNOFILE/,
  );
  expect(tooFewFiles(limits(String(leastFiles - 1)))).not.toBeNull();
  for (const enough of [String(leastFiles), '1048576', 'unlimited']) expect(tooFewFiles(limits(enough))).toBeNull();
  // Of a system that does not tell, nothing is claimed.
  expect(tooFewFiles(null)).toBeNull();
  expect(tooFewFiles('something else')).toBeNull();
});
