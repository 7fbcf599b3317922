import { z } from 'zod';

/** What a failed operation tells the window: a stable code, words for a person, and what that person can do. */
export const failureSchema = z.object({
  code: z.string(),
  message: z.string(),
  retryable: z.boolean(),
  hint: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;

/** The answer to every call across the process boundary. Errors are values: an exception would lose its type on the way. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };
