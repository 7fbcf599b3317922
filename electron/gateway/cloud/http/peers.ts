/** Whom a request is for, as the words about its failures name it. */
export type Peer = {
  /** Before each code, so that a person's log tells the two apart; empty for the cloud. */
  readonly prefix: '' | 'storage-' | 'proxy-';
  /** Within a sentence. */
  readonly name: string;
  /** The program to look after, within a sentence. */
  readonly service: string;
  /** The setting that says where it is. */
  readonly setting: string;
};

export const cloudPeer: Peer = {
  prefix: '',
  name: 'the server',
  service: 'the Acusight server',
  setting: 'cloud.baseUrl',
};

export const storagePeer: Peer = {
  prefix: 'storage-',
  name: 'the object storage',
  service: 'the object storage',
  setting: 'cloud.objectStore.endpoint',
};

export const proxyPeer: Peer = {
  prefix: 'proxy-',
  name: 'the proxy',
  service: 'the proxy',
  setting: 'cloud.proxy',
};

export const upperFirst = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
