import { create } from 'zustand';
import type { Failure, Result } from '../../shared/result.ts';
import { currentWords } from '../gateway/words.ts';

/** What came of the last command: said in words at a fixed place, over nothing that matters. */
export type Notice = {
  readonly id: number;
  readonly kind: 'done' | 'failed';
  readonly text: string;
  readonly hint: string;
};

export const useNotice = create<{ readonly notice: Notice | null }>()(() => ({ notice: null }));

let lastId = 0;
const put = (kind: Notice['kind'], text: string, hint: string): void => {
  lastId += 1;
  useNotice.setState({ notice: { id: lastId, kind, text, hint } });
};

export const sayDone = (text: string, hint = ''): void => put('done', text, hint);
/** What this window itself could not do. */
export const sayNotDone = (text: string, hint: string): void => put('failed', text, hint);
export function sayFailed(failure: Failure): void {
  const { text, hint } = currentWords();
  sayNotDone(text(failure), hint(failure));
}
export const dismissNotice = (): void => useNotice.setState({ notice: null });

/** Waits for a command's answer and says what came of it. Shows no new state: the next snapshot does that. */
export async function report<T>(answer: Promise<Result<T>>, words: (value: T) => string): Promise<Result<T>> {
  const result = await answer;
  if (result.ok) sayDone(words(result.value));
  else sayFailed(result.error);
  return result;
}
