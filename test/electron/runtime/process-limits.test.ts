import { expect, it } from 'vitest';
import { leastFiles, tooFewFiles } from '../../../electron/runtime/process-limits.ts';
import { said } from '../../support/spoken.ts';

const limits = (files: string): string =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax open files            ${files}                 4096                 files     \n`;

it('says how many files this process may open, how many it needs, and how to raise the limit', () => {
  const { text, hint } = said(tooFewFiles(limits('64')));
  expect(text).toContain('may open 64 files at a time, and needs 256');
  expect(hint).toMatch(/ulimit -n.*LimitNOFILE/);
  expect(tooFewFiles(limits(String(leastFiles - 1)))).not.toBeNull();
  for (const enough of [String(leastFiles), '1048576', 'unlimited']) expect(tooFewFiles(limits(enough))).toBeNull();
  // Of a system that does not tell, nothing is claimed.
  expect(tooFewFiles(null)).toBeNull();
  expect(tooFewFiles('something else')).toBeNull();
});
