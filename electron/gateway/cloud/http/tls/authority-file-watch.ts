import type { TlsSettings } from '../../../../../shared/config.ts';
import { describeCause } from '../../../platform/errors.ts';
import { noAuthorities, type OwnAuthorities, ownAuthorities, within } from './authority-file.ts';

/** What the file that the configuration names gave when it was last read. */
export type AuthorityFileFacts = {
  readonly path: string;
  readonly authorities: number;
  /** Entries that are cut off. */
  readonly unusable: number;
  /** Why it could not be used; what it held before holds on. */
  readonly fault: string | null;
};

export type AuthorityFileOptions = {
  readonly monotonic: () => number;
  readonly longestAgeMilliseconds: number;
  readonly onFile?: ((facts: AuthorityFileFacts) => void) | undefined;
};

/** So long a connection waits for another look after a doubt: a share that does not answer must not hold it. */
const patienceMilliseconds = 1_000;

/** Reads the file when it is first needed, after a doubt and when it was long ago: beside everything else, one reading at a time. */
export function followAuthorityFile(settings: TlsSettings, options: AuthorityFileOptions) {
  const { caFile } = settings;
  let known: OwnAuthorities | null = caFile === undefined ? noAuthorities : null;
  let reading: Promise<OwnAuthorities | null> | null = null;
  let failure: unknown = null;
  let readAt = 0;
  let doubts = 0;
  /** Those that a reading was begun after, and ended. */
  let answered = 0;
  let told = '';
  const tell = (path: string, fault: string | null): void => {
    const { found, unusable } = known ?? noAuthorities;
    const facts = { path, authorities: found.length, unusable, fault };
    const text = JSON.stringify(facts);
    if (text !== told) options.onFile?.(facts);
    told = text;
  };
  const read = async (path: string): Promise<OwnAuthorities | null> => {
    const before = doubts;
    try {
      known = await ownAuthorities(settings);
      tell(path, null);
    } catch (error) {
      failure = error;
      tell(path, describeCause(error));
    }
    readAt = options.monotonic();
    answered = before;
    reading = null;
    return known;
  };
  /** Null where nothing is to be read. */
  const look = (): Promise<OwnAuthorities | null> | null => {
    if (caFile === undefined) return null;
    if (reading !== null) return reading;
    const isOld = options.monotonic() - readAt >= options.longestAgeMilliseconds;
    if (known !== null && answered === doubts && !isOld) return null;
    reading = read(caFile);
    return reading;
  };
  return {
    doubt: (): void => {
      doubts += 1;
    },
    glance: (): OwnAuthorities | null => {
      void look();
      return known;
    },
    /** Rejects as `ownAuthorities` does as long as the file was never good. */
    current: async (): Promise<OwnAuthorities> => {
      const isWanted = answered < doubts;
      const looking = look();
      if (known === null) await looking;
      else if (isWanted && looking !== null) await within(patienceMilliseconds, looking);
      if (known === null) throw failure;
      return known;
    },
  };
}
