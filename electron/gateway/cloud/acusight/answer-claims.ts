/**
 * What an answer says of itself, whatever its number: the envelope's `success`, an error, or neither. The documents know
 * `success` and `error`; gateways, load balancers and frameworks between us and the API have their own words for "no",
 * and a picture that is taken for delivered on one of them is lost.
 */
export type Claim = 'success' | 'failure' | 'neither';

/** Of what the answer speaks: `status` is a device's own where it is about a device. */
export type Subject = 'picture' | 'device';

type Fields = Readonly<Record<string, unknown>>;

export function claimOf(fields: Fields, subject: Subject): Claim {
  const inner = fields['data'];
  if (denies(fields, subject) || (isObject(inner) && denies(inner, subject))) return 'failure';
  return fields['success'] === true ? 'success' : 'neither';
}

function denies(fields: Fields, subject: Subject): boolean {
  const { success, ok, error, errors, status } = fields;
  if (isNo(success) || isNo(ok) || names(errors)) return true;
  // An envelope that always has the form of an error, with nothing in it where all is well.
  if (names(error) || (success !== true && isObject(error))) return true;
  const isItsOwn = subject === 'picture' || !('device_id' in fields || 'actions' in fields);
  return isItsOwn && isFailing(status);
}

const isNo = (value: unknown): boolean => value === false || value === 0 || /^(?:false|no|0)$/i.test(textOf(value));

/** Something is in it: words, a count, a list, a field. */
function names(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() !== '';
  if (Array.isArray(value)) return value.length > 0;
  if (isObject(value)) return Object.values(value).some(names);
  return Boolean(value);
}

/** `"error"`, `"fail"`, or a status of HTTP within the body. */
const isFailing = (status: unknown): boolean =>
  typeof status === 'number' ? status >= 400 : /^(?:error|fail|failed|failure|[45]\d\d)$/i.test(textOf(status));

const textOf = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
