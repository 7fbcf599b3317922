/** For tests: see fuses.mjs. */
export declare const fuses: Readonly<
  Record<'EnableCookieEncryption' | 'RunAsNode' | 'GrantFileProtocolExtraPrivileges', boolean>
>;
export declare function setFuses(executable: string): Promise<void>;
export declare function wrongFuses(executable: string): Promise<readonly string[]>;
