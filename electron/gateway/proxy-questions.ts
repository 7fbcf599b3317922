/** What the gateway asks of whoever knows this PC's proxy settings and can run a proxy script: Chromium does both. */
export type { AskProxy, ProxyAnswer, ProxyQuestion, ProxySource } from './cloud/route-choice.ts';
