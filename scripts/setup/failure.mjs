/**
 * A set-up step that cannot go on. `message` says what failed, `hint` what the person can do about it, `detail` holds
 * the failing program's own last words.
 */
export class SetupFailure extends Error {
  /**
   * @param {string} message
   * @param {{ hint?: string | undefined, detail?: string | undefined, cause?: unknown }} more
   */
  constructor(message, more = {}) {
    super(message, { cause: more.cause });
    this.name = 'SetupFailure';
    this.hint = more.hint ?? '';
    this.detail = more.detail ?? '';
  }
}

/**
 * What a person reads when a command ends badly: words for the known failures, the stack for what is a bug.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function describeFailure(error) {
  if (!(error instanceof SetupFailure)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const indent = (/** @type {string} */ text) => text.replace(/^/gm, '    ');
  const parts = [`Failed: ${error.message}`];
  if (error.detail) parts.push(indent(error.detail));
  if (error.hint) parts.push(`What to do: ${error.hint}`);
  return parts.join('\n');
}
