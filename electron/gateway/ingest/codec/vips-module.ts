import Vips from 'wasm-vips';

/** libvips prints its warnings from threads of its own, past every stream of a worker, unless its environment says no. */
const quiet = (module: { ENV?: Record<string, string> }): void => {
  if (module.ENV !== undefined) module.ENV['VIPS_WARNING'] = '1';
};

/** libvips compiled to WebAssembly, for a worker thread: quiet, one thread, no cache. */
export const loadVips = () =>
  Vips({ dynamicLibraries: [], printErr: () => undefined, preRun: quiet }).then((vips) => {
    vips.concurrency(1);
    vips.Cache.max(0);
    return vips;
  });

export type VipsModule = Awaited<ReturnType<typeof loadVips>>;

/** What libvips says about a picture; it throws `{ message: ['vips::Error', text] }`. Null for any other failure. */
export function wordsOfVips(error: unknown): string | null {
  if (typeof error !== 'object' || error === null || !('message' in error) || !Array.isArray(error.message))
    return null;
  const [type, text] = error.message;
  if (type !== 'vips::Error') return null;
  const lines = String(text)
    .split('\n')
    .map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== '' && !line.startsWith('unable to call')))]
    .join('; ')
    .slice(0, 300);
}
