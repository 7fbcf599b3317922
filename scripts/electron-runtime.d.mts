export type ElectronRuntime = {
  /** Absolute path of the program. */
  readonly executable: string;
  /** For example `45.4.1`. */
  readonly version: string;
  /** `official`: the declared version. `development`: an older one that must not be released. */
  readonly kind: 'official' | 'development';
  /** Go before the application's folder on the command line: `--no-sandbox` where the sandbox cannot work, else none. */
  readonly switches: readonly string[];
  /** Goes into the environment of the program. */
  readonly env: { readonly ACUSIGHT_SQLITE_BINDING?: string };
};

/** The runtime that set-up provided. Throws, saying to run set-up, when there is none. */
export function resolveElectron(): ElectronRuntime;
