import picomatch from 'picomatch';

export type FileFilter = (path: string, isFolder: boolean) => boolean;

/**
 * Names of unfinished copies and of the system's own files. They are left alone without a word: a copy gets its real
 * name when it is finished, and the rest are no frames.
 */
const neverFrames = [
  /^\./,
  /^~\$/,
  /\.(?:part|partial|tmp|temp|crdownload|download|filepart|lock|swp)$/i,
  /^(?:thumbs\.db|desktop\.ini)$/i,
];

/** Whether a path (relative, '/' between parts) is looked at. A folder is entered unless it is hidden or excluded. */
export function fileFilter(include: readonly string[], exclude: readonly string[]): FileFilter {
  const options = { dot: false, nocase: true } as const;
  const included = picomatch([...include], options);
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], { ...options, dot: true });
  return (given, isFolder) => {
    // Patterns take no line break for a character of a name, though a name may have one.
    const path = given.replace(/[\n\r\u2028\u2029]/g, '_');
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (isFolder) return !name.startsWith('.') && !excluded(path);
    return !neverFrames.some((pattern) => pattern.test(name)) && included(path) && !excluded(path);
  };
}
