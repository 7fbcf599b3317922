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

/** Names of devices, which Windows takes for these whatever ending they have ("Naming Files, Paths, and Namespaces"). */
const deviceName = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A name for a file of ours that is called after something with an id of its own. Its ending follows. */
export const fileStem = (id: string, platform: NodeJS.Platform = process.platform): string =>
  platform === 'win32' && deviceName.test(id) ? `_${id}` : id;
