import type { FoundCamera } from '../../shared/camera.ts';

/** The address that a person gives to a camera of another network. */
export type AddressDraft = { readonly address: string; readonly mask: string; readonly gateway: string };
export type AddressFaults = Readonly<Partial<Record<keyof AddressDraft, string>>>;

/** An IPv4 address as a number; null where the text is none. */
export function parseIpv4(text: string): number | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text.trim())?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.reduce((whole, part) => whole * 256 + part, 0);
}

/** Ones, then zeros; neither nothing but ones nor nothing but zeros. */
export function isMask(mask: number): boolean {
  const hosts = 2 ** 32 - 1 - mask;
  return hosts > 0 && mask > 0 && Number.isInteger(Math.log2(hosts + 1));
}

const addresses = (text: string): readonly string[] => text.match(/(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)/g) ?? [];

function maskFrom(hint: string): string {
  const written = addresses(hint).find((text) => text.startsWith('255.') && isMask(parseIpv4(text) ?? 0));
  if (written !== undefined) return written;
  const bits = Number(/\/(\d{1,2})\b/.exec(hint)?.[1] ?? 24);
  const mask = bits >= 1 && bits <= 31 ? 2 ** 32 - 2 ** (32 - bits) : 2 ** 32 - 256;
  return [24, 16, 8, 0].map((shift) => Math.floor(mask / 2 ** shift) % 256).join('.');
}

/** What the form begins with: the address that the gateway proposes in its hint, else the network card's network. */
export function proposeAddress(camera: Pick<FoundCamera, 'hint' | 'address' | 'interfaceAddress'>): AddressDraft {
  const mask = maskFrom(camera.hint);
  const proposed = addresses(camera.hint).find((text) => {
    const taken = text === camera.address || text === camera.interfaceAddress;
    return !taken && Object.keys(checkAddress({ address: text, mask, gateway: '' }, camera)).length === 0;
  });
  const network = camera.interfaceAddress.split('.').slice(0, 3).join('.');
  return { address: proposed ?? (network === '' ? '' : `${network}.`), mask, gateway: '0.0.0.0' };
}

/** What is wrong with the draft, at its fields; nothing where it can be sent. */
export function checkAddress(draft: AddressDraft, camera: Pick<FoundCamera, 'interfaceAddress'>): AddressFaults {
  const address = parseIpv4(draft.address);
  const mask = parseIpv4(draft.mask);
  const gateway = draft.gateway.trim() === '' ? 0 : parseIpv4(draft.gateway);
  const card = parseIpv4(camera.interfaceAddress);
  const faults: { address?: string; mask?: string; gateway?: string } = {};
  if (mask === null || !isMask(mask)) faults.mask = 'Enter a mask like 255.255.255.0.';
  if (gateway === null) faults.gateway = 'Enter an address, or 0.0.0.0 for none.';
  if (address === null) faults.address = 'Enter four numbers from 0 to 255, like 192.168.1.20.';
  else if (address === card) faults.address = 'This is the address of this PC’s network card. Choose another one.';
  else if (mask !== null && isMask(mask)) {
    const hosts = 2 ** 32 - mask;
    const place = address % hosts;
    if (card !== null && Math.floor(card / hosts) !== Math.floor(address / hosts)) {
      faults.address = `This is not in the network of the card, ${camera.interfaceAddress}.`;
    } else if (hosts > 2 && (place === 0 || place === hosts - 1)) {
      faults.address = 'This address stands for the whole network. Choose another last number.';
    }
  }
  return faults;
}
