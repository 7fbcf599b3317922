/** What scripts/run/package-tests.mjs has made ready. */
const named = (name: string): string => {
  const value = process.env[name];
  if (value === undefined) throw new Error('run these tests by `npm run test:package`');
  return value;
};

export const deb = named('ACUSIGHT_PACKAGE_DEB');
/** A folder with a minimal Debian. */
export const minimal = named('ACUSIGHT_PACKAGE_MINIMAL');
/** An empty folder, which is removed in the end. */
export const scratch = named('ACUSIGHT_PACKAGE_SCRATCH');
