import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { RoutedCamera } from '../../support/routed-camera.ts';

/** The packet size that is agreed on when something between the camera and the PC takes less than both of them. */

const isPossible = process.platform === 'linux' && (await RoutedCamera.isPossible());
if (!isPossible) console.warn('Skipped: network namespaces need root and iproute2.');

type Taken = { readonly frames: number; readonly packetSize: number; readonly notes: readonly object[] };

describe.skipIf(!isPossible)('the packet size', () => {
  let way: RoutedCamera;
  beforeAll(async () => {
    way = await RoutedCamera.wire();
  });
  afterEach(() => way.stop());
  afterAll(() => way.remove());

  const config = {
    get address() {
      return way.address;
    },
  };

  test.each([
    [4_200, 4_200],
    // A router cuts a packet into pieces of multiples of 8 bytes, besides the header of 20.
    [3_333, 3_332],
    [2_000, 2_000],
    [1_500, 1_500],
    [1_410, 1_408],
    [1_400, 1_400],
    [576, 576],
    [9_000, 9_000],
  ])('of a camera that ignores "do not fragment", by a way that takes %i bytes, is %i', async (mtu, expected) => {
    await way.setMtu(mtu);
    await way.start('--ignores-do-not-fragment');
    const { frames, packetSize, notes } = await way.onLine<Taken>({ take: config });
    expect([frames, packetSize, notes]).toEqual([100, expected, []]);
  });

  test.each([
    [4_200, 4_000],
    [1_450, 1_400],
    [1_300, 1_280],
    [1_500, 1_500],
    [9_000, 9_000],
  ])('of a camera that keeps to it, by a way that takes %i bytes, is %i', async (mtu, expected) => {
    await way.setMtu(mtu);
    await way.start();
    const { frames, packetSize, notes } = await way.onLine<Taken>({ take: config });
    expect([frames, packetSize, notes]).toEqual([100, expected, []]);
  });

  test('where pieces can’t be seen is what the network card takes at most', async () => {
    await way.setMtu(4_200, 4_200);
    await way.start('--ignores-do-not-fragment');
    expect(await way.onLine({ sizeOneByOne: config })).toEqual({ seesPieces: false, most: 4_200, packetSize: 4_200 });
    await way.setMtu(1_500, 1_500);
    expect(await way.onLine({ sizeOneByOne: config })).toEqual({ seesPieces: false, most: 1_500, packetSize: 1_500 });
  });

  test('that the configuration wants may be too large for the way: the pictures come in pieces, which is said once', async () => {
    await way.setMtu(4_200);
    await way.start('--ignores-do-not-fragment');
    const { frames, packetSize, notes } = await way.onLine<Taken>({
      take: { address: way.address, packetSize: 8_000 },
    });
    expect([frames, packetSize]).toEqual([100, 8_000]);
    expect(notes[0]).toMatchObject({
      about: 'packets-in-pieces',
      text: 'The camera’s packets of 8000 bytes arrive in pieces: something on the way takes at most 4196.',
    });
  });
});
