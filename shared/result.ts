import { z } from 'zod';
import { isMessage, type Message } from './messages/message.ts';

const failureFacts = z.object({
  /** The machine's or a server's own words, for support. */
  technical: z.string(),
  /** Whether the same may work another time, without anything being changed. */
  retryable: z.boolean(),
});

/** What a failed operation tells the window: a message, and what goes with it. */
export type Failure = Message & z.infer<typeof failureFacts>;

export const failureSchema = z.custom<Failure>(
  (value) => isMessage(value) && failureFacts.safeParse(value).success,
  'not a failure',
);

/** The answer to every call across the process boundary. Errors are values: an exception would lose its type on the way. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: Failure };
