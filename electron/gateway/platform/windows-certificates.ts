import { createRequire } from 'node:module';
import type Koffi from 'koffi';
import type { StoredCertificates, SystemCertificates } from './stored-certificates.ts';

/**
 * The certificate store of Windows by its own library: Node reads it once in a process, and without the list of
 * untrusted certificates. Each of the three stores is that of this user with that of the PC in it, and with what group
 * policies put there. Null where the library that calls C can't be loaded.
 */
export function windowsCertificates(): SystemCertificates | null {
  const library = load();
  if (library === null) return null;
  return {
    read: (): StoredCertificates => ({
      place: 'the certificate store of Windows',
      authorities: library.certificates('ROOT', true),
      intermediates: library.certificates('CA', true),
      distrusted: library.certificates('Disallowed', false),
    }),
    stamp: () => '',
  };
}

type Library = { readonly certificates: (store: string, forServers: boolean) => Uint8Array[] };

/** CERT_ENHKEY_USAGE_PROP_ID: what an administrator lets a certificate be used for, beside what it says itself. */
const usagesProperty = 9;
/** Object identifiers in DER: `serverAuth`, `anyExtendedKeyUsage`. */
const serverUsages = ['06082b06010505070301', '0604551d2500'].map((hex) => Buffer.from(hex, 'hex'));

function load(): Library | null {
  try {
    // Not by a plain import: it may not be loadable in this system.
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    const crypt = koffi.load('crypt32.dll');
    const open = crypt.func('void *__stdcall CertOpenSystemStoreW(uintptr_t provider, str16 name)');
    const next = crypt.func('void *__stdcall CertEnumCertificatesInStore(void *store, void *before)');
    const close = crypt.func('int __stdcall CertCloseStore(void *store, uint32_t flags)');
    const property = crypt.func(
      'int __stdcall CertGetCertificateContextProperty(void *context, uint32_t id, void *value, void *size)',
    );
    const contextType = koffi.struct({
      encoding: 'uint32_t',
      bytes: 'void *',
      length: 'uint32_t',
      info: 'void *',
      store: 'void *',
    });

    const maySpeakForServers = (context: unknown): boolean => {
      const size = Uint32Array.of(0);
      // Without the property it may be used for everything; with an empty one for nothing.
      if (property(context, usagesProperty, null, size) === 0) return true;
      const value = Buffer.alloc(size[0] ?? 0);
      if (property(context, usagesProperty, value, size) === 0) return false;
      return serverUsages.some((usage) => value.includes(usage));
    };
    return {
      certificates: (name, forServers) => {
        const store: unknown = open(0, name);
        if (store === null) throw new Error(`CertOpenSystemStoreW: ${name}`);
        const found: Uint8Array[] = [];
        // Each call lets go of the one before: so it goes on to the end.
        for (let context: unknown = next(store, null); context !== null; context = next(store, context)) {
          const { bytes, length } = koffi.decode(context, contextType) as { bytes: unknown; length: number };
          if (forServers && !maySpeakForServers(context)) continue;
          found.push(Uint8Array.from(koffi.decode(bytes, koffi.array('uint8_t', length)) as Uint8Array));
        }
        close(store, 0);
        return found;
      },
    };
  } catch {
    return null;
  }
}
