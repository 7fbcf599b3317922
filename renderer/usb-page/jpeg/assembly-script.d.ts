/** Compiled by the build (vite.config.ts): the bytes of a WebAssembly module. */
declare module '*.as' {
  const module: Uint8Array<ArrayBuffer>;
  export default module;
}
