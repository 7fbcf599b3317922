/** Values that no configuration file holds; null where one is not known (yet). */
export type GatewaySecrets = {
  readonly deviceKey: string | null;
  readonly s3AccessKeyId: string | null;
  readonly s3SecretAccessKey: string | null;
  readonly proxyPassword: string | null;
  /** Where the device key comes from. */
  readonly keySource: 'none' | 'environment' | 'keyring' | 'file';
};
