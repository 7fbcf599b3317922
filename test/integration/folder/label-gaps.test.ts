import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { untilDrained } from '../../../electron/cli/drain.ts';
import type { LogFields } from '../../../electron/gateway/platform/logger.ts';
import type { CallName, CallRequest, CallResponse } from '../../../electron/gateway-thread/protocol.ts';
import { openGateway, startServer, type TestGateway } from '../../support/gateway-fixture.ts';
import { makeJpeg } from '../../support/pictures.ts';

const yolo = Buffer.from('0 0.5 0.5 0.1 0.1\n');
const picture = (seed: number): Promise<Buffer> => makeJpeg({ width: 64, height: 48, seed });

/** The log line of a run that ends when it has drained, as the shell writes it. */
async function drain(line: TestGateway) {
  const lines: { level: string; event: string; fields: LogFields }[] = [];
  const logger = {
    log: (level: string, event: string, fields: LogFields = {}): void => void lines.push({ level, event, fields }),
  };
  const { gateway } = line;
  const call = async <Name extends CallName>(name: Name, request: CallRequest<Name>): Promise<CallResponse<Name>> =>
    (await line.operate(name, request)) as CallResponse<Name>;
  const code = await untilDrained(
    {
      get isDrained() {
        return gateway.isDrained;
      },
      snapshot: () => gateway.snapshot(),
      call,
    },
    logger,
  );
  return { code, lines };
}

test('a drained run lists the pictures that it left without labels, and the labels without a picture', async () => {
  const server = await startServer();
  const line = await openGateway({ ...server, source: { sidecar: { waitMilliseconds: 200 } } });
  for (const folder of ['images', 'labels']) await mkdir(join(line.input, folder));
  await line.put('images/a.jpg', await picture(1));
  await line.put('labels/a.txt', yolo);
  await line.put('images/bare.jpg', await picture(2));
  await line.put('labels/lonely.txt', yolo);
  line.gateway.start();
  const { code, lines } = await drain(line);
  expect(code).toBe(0);
  expect(lines).toMatchObject([
    {
      level: 'warn',
      event: 'drained',
      fields: {
        collected: 2,
        acknowledged: 2,
        picturesWithoutLabels: 1,
        firstPicturesWithoutLabels: ['aoi: images/bare.jpg'],
        labelsWithoutPicture: 1,
        firstLabelsWithoutPicture: ['aoi: labels/lonely.txt'],
      },
    },
  ]);
});

test('pictures of a source that never has labels are no gap, and names are bounded', async () => {
  const server = await startServer();
  const line = await openGateway({ ...server, source: { sidecar: { waitMilliseconds: 0 } } });
  await line.put('a.jpg', await picture(1));
  for (let index = 0; index < 25; index += 1) await line.put(`lonely${index}.txt`, yolo);
  line.gateway.start();
  const { lines } = await drain(line);
  expect(lines[0]?.fields).toMatchObject({ picturesWithoutLabels: 0, labelsWithoutPicture: 25 });
  expect(lines[0]?.fields.firstLabelsWithoutPicture).toHaveLength(20);
});
