/** Values that no configuration file holds; null where one is not known (yet). */
export type GatewaySecrets = {
  readonly deviceKey: string | null;
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: string | null;
  readonly proxyPassword: string | null;
  /** Where the device key comes from. */
  readonly keySource: 'none' | 'environment' | 'keyring' | 'file';
  /** There is a device key, but this user's keyring can't open it. */
  readonly keyIsForeign: boolean;
  /** What is stored, and not read yet. */
  readonly waiting: SecretsWait | null;
};

/** Stored secrets that this PC's keyring has not given yet. */
export type SecretsWait = {
  readonly names: readonly ('deviceKey' | 's3AccessKeyId' | 's3SecretAccessKey' | 'proxyPassword')[];
  /**
   * `asking`: only just begun. `locked`: a person must unlock it. `silent`: no answer, and nobody knows why. `absent`: it
   * could not be reached.
   */
  readonly state: 'asking' | 'locked' | 'silent' | 'absent';
};
