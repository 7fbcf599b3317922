import type { GatewayBridge } from '../../../shared/contract.ts';
import { fakeGateway } from './fake-gateway.ts';
import { scenarios } from './scenarios.ts';

const name = new URLSearchParams(location.search).get('scenario') ?? 'flowing';
const scenario = scenarios[name];
if (scenario === undefined) throw new Error(`No scenario "${name}". There are: ${Object.keys(scenarios).join(', ')}`);
(window as { gateway?: GatewayBridge }).gateway = fakeGateway(scenario);
await import('../../../renderer/main.tsx');
