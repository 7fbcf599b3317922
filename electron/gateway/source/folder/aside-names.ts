import { randomBytes } from 'node:crypto';

/**
 * The names of originals that are taken aside while they are archived or deleted. They are hidden, so that no scan takes
 * them for new files, and hold the original's own name, so that a kill leaves nothing nameless:
 *
 * - `.acusight-aside-<token>-<name>`, or
 * - where that would be too long for a name, `<name>` in a folder `.acusight-aside-<token>`.
 */
const prefix = '.acusight-aside-';
const tokenBytes = 6;
const pattern = /^\.acusight-aside-[0-9a-f]{12}(?:-(.+))?$/s;
/** What earlier versions left: the name is not known any more. */
const nameless = /^\.acusight-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Bytes; what all file systems of today allow. */
const longestName = 255;

/** `plain` is null where the name is too long for it; `folder` serves any name. */
export function asideNamesFor(name: string): { readonly plain: string | null; readonly folder: string } {
  const folder = `${prefix}${randomBytes(tokenBytes).toString('hex')}`;
  const plain = `${folder}-${name}`;
  return { plain: Buffer.byteLength(plain) <= longestName ? plain : null, folder };
}

export type AsideKind =
  | { readonly kind: 'file'; readonly name: string | null }
  /** The files in it have their own names. */
  | { readonly kind: 'folder' };

/** Null: it is no original that was taken aside. */
export function asideKindOf(entry: string, isFolder: boolean): AsideKind | null {
  const found = pattern.exec(entry);
  const name = found?.[1];
  if (isFolder) return found !== null && name === undefined ? { kind: 'folder' } : null;
  if (name !== undefined) return { kind: 'file', name };
  return nameless.test(entry) ? { kind: 'file', name: null } : null;
}
