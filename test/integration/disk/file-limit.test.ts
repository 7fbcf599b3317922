import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openGateway, smallPicture, startServer } from '../../support/gateway-fixture.ts';
import { canLimitFiles, openNoMore } from '../../support/open-no-more.ts';
import { said, statement } from '../../support/spoken.ts';

it.skipIf(!canLimitFiles)(
  'a gateway that can open no more files says so, loses nothing and blames nobody, and goes on once it can',
  async () => {
    const server = await startServer();
    const line = await openGateway({ ...server, source: { rescanSeconds: 1 } });
    line.gateway.start();
    await line.putPictures(2, 'before-');
    await line.untilDrained();
    // Written before, for that needs files too.
    const aside = join(line.root, 'aside');
    await mkdir(join(aside, 'day 2'), { recursive: true });
    for (let index = 0; index < 6; index += 1)
      await writeFile(join(aside, index < 3 ? '' : 'day 2', `${index}.jpg`), await smallPicture(100 + index));
    const lift = openNoMore();
    for (const name of ['0.jpg', '1.jpg', '2.jpg', 'day 2']) await rename(join(aside, name), join(line.input, name));
    const { sources, safe } = await line.until('it is said', ({ sources: [source] }) =>
      said(source?.message).text.includes('as many files open'),
    );
    expect(sources[0]).toMatchObject({ state: 'failed' });
    expect(said(sources[0]?.message).hint).toContain('LimitNOFILE');
    expect(statement(safe)).toMatchObject({ level: 'alarm', headline: 'NOT COLLECTING' });
    await lift();
    await line.until('all are delivered', ({ counts }) => counts.acknowledged === 8, 20_000);
    // The look that found them may still be going on: the folder is well when a whole one has ended.
    const { counts, disk } = await line.until(
      'the folder is well',
      ({ sources: [source] }) => source?.state === 'watching',
    );
    expect(counts).toMatchObject({ collected: 8, lost: 0, dead: 0, refused: 0 });
    expect(disk.state).toBe('ok');
    expect(line.refusals()).toEqual([]);
  },
  60_000,
);
