import { describeCause } from '../platform/errors.ts';

/** A bug of ours: it says nothing about the way to the cloud, and the picture may have been sent. */
export const bug = (error: unknown) =>
  ({
    code: 'internal-error',
    text: 'The gateway made an error of its own with this picture.',
    hint: 'It is tried again by itself. If it lasts, send the log to support.',
    technical: describeCause(error),
    disposition: 'bug',
    gate: 'trouble',
    ambiguous: true,
    retryAfterMilliseconds: null,
  }) as const;

/** LAN mode: the picture lies in the object storage, and nobody may be told of it before we know that ourselves. */
export const notRecorded = (error: Error) =>
  ({
    ...bug(error),
    code: 'payload-place-not-recorded',
    text: 'The picture is in the object storage, but this PC could not note that.',
    hint: 'It is stored again by itself. If it lasts, have the disk of this PC checked.',
    disposition: 'retry',
    ambiguous: false,
  }) as const;
