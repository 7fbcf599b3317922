import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { TwoCards } from '../../support/two-cards.ts';

/** Cameras behind two network cards of one network, on Linux: each is spoken to by the card that it was found behind. */

const isPossible = process.platform === 'linux' && (await TwoCards.isPossible());
if (!isPossible) console.warn('Skipped: network namespaces need root and iproute2.');
const aravis = '/usr/bin/arv-fake-gv-camera-0.8';
const behindFirst = '169.254.71.1';
const behindSecond = '169.254.72.2';

type Place = { readonly serial: string; readonly ip: string; readonly name: string; readonly card: string };
type Found = {
  readonly cameras: readonly Place[];
  readonly problems: readonly { readonly text: string; readonly hint: string }[];
};

describe.skipIf(!isPossible)('behind the second of two cards of one network', () => {
  let cards: TwoCards;
  beforeAll(async () => {
    cards = await TwoCards.wire();
  });
  afterEach(() => cards.clear());
  afterAll(() => cards.remove());

  const simulateBoth = async (): Promise<void> => {
    await cards.simulate('first', behindFirst, '--serial', 'FIRST');
    await cards.simulate('second', behindSecond, '--serial', 'SECOND');
  };

  test('each camera is found behind its own card, and behind no other', async () => {
    await simulateBoth();
    const { cameras } = await cards.onLine<Found>({ discover: {} });
    const places = cameras.filter(({ name }) => name !== 'lo').sort((a, b) => a.serial.localeCompare(b.serial));
    expect(places).toMatchObject([
      { serial: 'FIRST', ip: behindFirst, name: 'first', card: 'first' },
      { serial: 'SECOND', ip: behindSecond, name: 'second', card: 'second' },
    ]);
  });

  test.each([
    ['by its serial number', { serial: 'SECOND' }, {}],
    ['by its address', { address: behindSecond }, {}],
    ['by the name of the card', { interface: 'second' }, {}],
    ['by the address of the card', { interface: '169.254.2.2' }, {}],
    ['by its address and that of the card', { address: behindSecond, interface: '169.254.2.2' }, {}],
    ['without any rights', { serial: 'SECOND' }, { asNobody: true }],
  ])('a camera is found, connected and streams, %s', async (_, config, options) => {
    await simulateBoth();
    const taken = await cards.onLine({ take: config }, options);
    expect(taken).toMatchObject({ serial: 'SECOND', address: behindSecond, frames: 100 });
  });

  test('the camera behind the first card is taken as before', async () => {
    await simulateBoth();
    const taken = await cards.onLine({ take: { address: behindFirst } });
    expect(taken).toMatchObject({ serial: 'FIRST', address: behindFirst, frames: 100 });
  });

  test('a camera that hears no broadcasts is found by its address', async () => {
    await cards.simulate('second', behindSecond, '--serial', 'DEAF', '--no-broadcasts');
    for (const config of [{ address: behindSecond }, { address: behindSecond, interface: 'second' }])
      expect(await cards.onLine({ take: config })).toMatchObject({ serial: 'DEAF', frames: 100 });
  });

  test('what got lost is asked for by the same card, with a socket of Node’s too', async () => {
    const camera = await cards.simulate('second', behindSecond, '--serial', 'LOSSY');
    camera.stdin?.write(`${JSON.stringify({ faults: { lossPerThousand: 20 } })}\n`);
    expect(await cards.onLine({ take: { serial: 'LOSSY' } })).toMatchObject({ frames: 100 });
    const taken = await cards.onLine<{ resendsGot: number }>({ takeOneByOne: { serial: 'LOSSY' } });
    expect(taken).toMatchObject({ serial: 'LOSSY', frames: 100, isBatched: false });
    expect(taken.resendsGot).toBeGreaterThan(5);
  });

  test('two cameras of the same address are told apart by serial number or card, and without are not taken', async () => {
    await cards.simulate('first', behindFirst, '--serial', 'FIRST', '--mac', '02:ac:00:00:00:01');
    await cards.simulate('second', behindFirst, '--serial', 'SECOND', '--mac', '02:ac:00:00:00:02');
    const both = await Promise.all([
      cards.onLine({ take: { serial: 'FIRST' } }),
      cards.onLine({ take: { address: behindFirst, interface: 'second' } }),
    ]);
    expect(both).toMatchObject([
      { serial: 'FIRST', address: behindFirst, frames: 100 },
      { serial: 'SECOND', address: behindFirst, frames: 100 },
    ]);
    expect(await cards.onLine({ take: { address: behindFirst } })).toMatchObject({
      trouble: 'failed',
      text: expect.stringContaining('There are 2 cameras'),
      hint: expect.stringContaining('Select the camera by its serial number'),
    });
  });

  test('who controls it is asked by the same card', async () => {
    await simulateBoth();
    expect(await cards.onLine({ held: { serial: 'SECOND' } })).toEqual(['SECOND']);
  });

  test('a camera is given another address, and answers there', async () => {
    await cards.simulate('second', behindSecond, '--serial', 'MOVED', '--mac', '02:ac:00:00:00:03');
    await cards.giveAddress('second', '169.254.72.9');
    const place = { mac: '02:ac:00:00:00:03', interfaceAddress: '169.254.2.2' };
    const settings = { address: '169.254.72.9', mask: '255.255.0.0', gateway: '0.0.0.0' };
    expect(await cards.onLine({ force: { ...place, ...settings } })).toEqual({});
    expect(await cards.onLine({ take: { address: '169.254.72.9' } })).toMatchObject({ serial: 'MOVED', frames: 100 });
  });

  test('a camera that is simulated on this PC itself is reached as well', async () => {
    await cards.simulateHere('169.254.2.77', '--serial', 'HERE');
    expect(await cards.onLine({ take: { address: '169.254.2.77' } })).toMatchObject({ serial: 'HERE', frames: 100 });
  });

  test('this PC may let nothing in from it: then that is said, with what to do', async () => {
    await cards.setReversePathFilter(1);
    try {
      await simulateBoth();
      const { cameras, problems } = await cards.onLine<Found>({ discover: {} });
      expect(cameras.filter(({ name }) => name !== 'lo')).toMatchObject([{ serial: 'FIRST' }]);
      expect(problems).toMatchObject([
        {
          text: 'The network cards first and second have the same network, and this PC lets nothing in from second.',
          hint: expect.stringContaining('net.ipv4.conf.second.rp_filter=2'),
        },
      ]);
      const missing = { trouble: 'missing', hint: expect.stringContaining('lets nothing in from second') };
      expect(await cards.onLine({ take: { serial: 'SECOND' } })).toMatchObject(missing);
      expect(await cards.onLine({ take: { serial: 'SECOND', interface: 'second' } })).toMatchObject({
        text: expect.stringContaining('lets nothing in from second'),
      });
      expect(await cards.onLine({ take: { serial: 'FIRST' } })).toMatchObject({ frames: 100 });
      // As the hint says: the larger of both counts.
      await cards.setReversePathFilter(2);
      expect(await cards.onLine({ take: { serial: 'SECOND' } })).toMatchObject({ frames: 100 });
    } finally {
      await cards.setReversePathFilter(0);
    }
  });

  test.skipIf(!existsSync(aravis))('the camera of Aravis streams', async () => {
    await cards.giveAddress('second', behindSecond);
    cards.start('second', aravis, '-i', behindSecond, '-s', 'ARAVIS');
    const find = () => cards.onLine<Found>({ discover: {} }).then(({ cameras }) => cameras.map(({ serial }) => serial));
    await expect.poll(find, { timeout: 20_000 }).toContain('ARAVIS');
    expect(await cards.onLine({ take: { serial: 'ARAVIS' } })).toMatchObject({ address: behindSecond, frames: 100 });
  });
});
