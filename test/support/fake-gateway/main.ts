import { imageUrl } from '../../../shared/channels.ts';
import type { GatewayBridge } from '../../../shared/contract.ts';
import { fakeGateway } from './fake-gateway.ts';
import { scenarios } from './scenarios.ts';

const name = new URLSearchParams(location.search).get('scenario') ?? 'flowing';
const scenario = scenarios[name];
if (scenario === undefined) throw new Error(`No scenario "${name}". There are: ${Object.keys(scenarios).join(', ')}`);

// The made-up images have the sizes of the real pictures that stand for them.
const count = Number(await (await fetch('/fake-pictures/count')).text());
const sizes = await Promise.all(
  Array.from({ length: count }, async (_, serial) => {
    const picture = new Image();
    picture.src = imageUrl('preview', `img-${serial}`);
    await picture.decode();
    return [picture.naturalWidth, picture.naturalHeight] as const;
  }),
);

(window as { gateway?: GatewayBridge }).gateway = fakeGateway({ ...scenario, world: { ...scenario.world, sizes } });
await import('../../../renderer/main.tsx');
