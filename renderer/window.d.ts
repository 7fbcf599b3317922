import type { GatewayBridge } from '../shared/contract.ts';

declare global {
  interface Window {
    /** Exposed by the preload script; absent when the page is opened outside the gateway. */
    readonly gateway?: GatewayBridge;
  }
}
