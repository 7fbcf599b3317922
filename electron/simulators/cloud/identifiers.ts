import { type Answer, success } from './answers.ts';
import type { ImageRecord } from './records.ts';

/**
 * The documents name identifiers as strings in one place and as integers in another, show answers with and without an
 * envelope, and allow an empty object as a 201. The server can answer in each of these ways, so that a client can be
 * shown to depend on none.
 *
 * `string`: enveloped, `"img-17"`. `integer`: enveloped, `17`. `bare`: strings without an envelope. `empty`: `{}` for
 * a stored image, otherwise as `string`.
 */
export const answerForms = ['string', 'integer', 'bare', 'empty'] as const;
export type AnswerForm = (typeof answerForms)[number];

const prefixes = { image: 'img', batch: 'batch', endpoint: 'ep' } as const;
type IdentifierKind = keyof typeof prefixes;

export const identifier = (form: AnswerForm, kind: IdentifierKind, number: number): string | number =>
  form === 'integer' ? number : `${prefixes[kind]}-${number}`;

/** Reads an identifier in either form; null when it is neither. */
export function parseIdentifier(kind: IdentifierKind, text: string): number | null {
  const match = /^(?:([a-z]+)-)?([1-9]\d{0,14})$/.exec(text);
  if (match === null || (match[1] !== undefined && match[1] !== prefixes[kind])) return null;
  return Number(match[2]);
}

export const enclose = (form: AnswerForm, status: number, data: Readonly<Record<string, unknown>>): Answer =>
  form === 'bare' ? { status, body: data } : success(status, data);

/** The 201 of upload and notify. */
export const storedAnswer = (form: AnswerForm, record: Pick<ImageRecord, 'image' | 'batch'>): Answer =>
  form === 'empty'
    ? { status: 201, body: {} }
    : enclose(form, 201, {
        image_id: identifier(form, 'image', record.image),
        batch_id: identifier(form, 'batch', record.batch),
      });
