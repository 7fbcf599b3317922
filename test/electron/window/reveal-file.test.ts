import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { OperatorError } from '../../../electron/gateway/platform/errors.ts';
import { revealFile } from '../../../electron/window/reveal-file.ts';
import { said } from '../../support/spoken.ts';

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'acusight-reveal-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function refusal(path: string | null): Promise<OperatorError> {
  const shown: string[] = [];
  const error = await revealFile(path, (found) => shown.push(found)).catch((thrown: unknown) => thrown);
  expect(shown).toEqual([]);
  expect(error).toBeInstanceOf(OperatorError);
  return error as OperatorError;
}

test('a file that is there is shown', async () => {
  const file = join(await folder(), 'a.jpg');
  await writeFile(file, 'picture');
  const shown: string[] = [];
  await revealFile(file, (found) => shown.push(found));
  expect(shown).toEqual([file]);
});

test('of a file that is not there the words say so, and nothing is opened', async () => {
  const root = await folder();
  await writeFile(join(root, 'file'), '');
  for (const path of [join(root, 'gone.jpg'), join(root, 'gone', 'a.jpg'), join(root, 'file', 'a.jpg')]) {
    const { text, hint } = said((await refusal(path)).said);
    expect(text).toBe('The file is not there any more.');
    expect(hint).toContain(path);
  }
  const unknown = await refusal(null);
  expect(unknown.code).toBe('no-file');
  expect(said(unknown.said)).toEqual({
    text: 'The place of this file is not known any more.',
    hint: 'Its source or the picture is not in the gateway now.',
  });
  expect(said((await refusal(join(root, 'x'.repeat(300)))).said).text).toBe('The file can’t be looked at.');
});
