/** The last part of a path of either kind of system: `/in/a.png` and `C:\in\a.png` -> `a.png`. */
export const fileName = (path: string): string => path.split(/[\\/]/).findLast((part) => part !== '') ?? path;

/**
 * A source id made from a folder's or camera's name: letters, digits, ".", "_" and "-" only, not one of `taken`, 64
 * characters at most. A name in another script has no such letters: it becomes `nameless`.
 */
export function sourceIdFor(path: string, taken: readonly string[], nameless = 'folder'): string {
  const plain = fileName(path)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 56)
    .toLowerCase();
  const base = plain === '' ? nameless : plain;
  if (!taken.includes(base)) return base;
  let number = 2;
  while (taken.includes(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
