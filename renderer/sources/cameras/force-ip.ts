import type { FoundCamera } from '../../../shared/camera.ts';

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

/** What the form begins with: what the gateway proposes, else the beginning of the network card's own address. */
export function proposeAddress({
  proposal,
  interfaceAddress,
}: Pick<FoundCamera, 'proposal' | 'interfaceAddress'>): AddressDraft {
  if (proposal !== null) return proposal;
  const network = interfaceAddress.split('.').slice(0, 3).join('.');
  return { address: network === '' ? '' : `${network}.`, mask: '255.255.255.0', gateway: '0.0.0.0' };
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
