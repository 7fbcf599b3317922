/** File-name arithmetic on paths that use '/' whatever the system. */

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Path without its extension: `a/b.tar.gz` -> `a/b.tar`; a name that is only an extension stays. */
export function stemOf(path: string): string {
  const start = path.lastIndexOf('/') + 1;
  const dot = path.lastIndexOf('.');
  return dot > start ? path.slice(0, dot) : path;
}

/** The name of a picture that is stored as PNG: `a.tif` -> `a.png`, `a` -> `a.png`. */
export const pngName = (filename: string): string => `${stemOf(filename)}.png`;
