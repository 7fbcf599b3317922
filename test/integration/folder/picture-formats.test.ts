import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openGateway, sha256, startServer } from '../../support/gateway-fixture.ts';
import { makeOddPictures, oddHeight, oddWidth } from '../../support/odd-pictures.ts';

test('odd pictures go all the way: a server that looks at each takes them, with what is worth knowing', {
  timeout: 60_000,
}, async () => {
  const pictures = await makeOddPictures();
  const sent = (name: string): Buffer => pictures.get(name) ?? Buffer.alloc(0);
  const server = await startServer();
  const line = await openGateway({
    ...server,
    decodes: true,
    source: { incompleteSeconds: 1, afterIngest: 'archive' },
  });
  const asTheyAre = [
    'orient/o6.jpg',
    'jpeg-no-eoi.jpg',
    'jpeg-gap-40-after-app0.jpg',
    'jpeg-ff00-header.jpg',
    'png-no-iend.png',
  ];
  const converted = ['bmp.jpg', 'tiff.jpg', 'webp.jpg'];
  for (const name of [...asTheyAre, ...converted]) await line.put(name.replace('/', '-'), sent(name));
  line.gateway.start();
  await line.until('all delivered', ({ counts }) => counts.acknowledged === 8, 20_000);
  expect(line.gateway.snapshot().counts).toMatchObject({ dead: 0, refused: 0 });

  const images = new Map(
    (await server.images()).map((image) => [String(image.metadata['original_filename'] ?? image.filename), image]),
  );
  for (const name of asTheyAre) {
    const image = images.get(name.replace('/', '-'));
    expect(image, name).toMatchObject({ sha256: sha256(sent(name)) });
    expect(image?.metadata['notes'], name).toEqual(
      name === 'orient/o6.jpg' ? undefined : [expect.stringContaining('whole picture')],
    );
  }
  expect(images.get('orient-o6.jpg')).toMatchObject({ width: oddHeight, height: oddWidth });
  for (const name of converted) {
    const image = images.get(name);
    expect(image, name).toMatchObject({
      format: 'png',
      filename: name.replace('.jpg', '.png'),
      width: oddWidth,
      height: oddHeight,
    });
    expect(image?.metadata, name).toMatchObject({
      original_sha256: sha256(sent(name)),
      original_bytes: sent(name).length,
    });
  }
  // The originals are dealt with as any other: in the archive, byte for byte.
  expect((await readdir(line.input)).filter((name) => !name.startsWith('.'))).toEqual([]);
  const [day = ''] = await readdir(join(line.input, '.acusight-archive'));
  for (const name of converted)
    expect((await readFile(join(line.input, '.acusight-archive', day, name))).equals(sent(name)), name).toBe(true);
});
