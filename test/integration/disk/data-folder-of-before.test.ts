import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openGateway, temporaryFolder } from '../../support/gateway-fixture.ts';
import { told } from '../../support/spoken.ts';

/**
 * Made by the gateway itself, the version before messages: two pictures delivered, one refused by the cloud with 400,
 * one with 413, one that met a 503 and waits, three files that were not taken, and a note that the disk was away.
 */
const fixture = fileURLToPath(new URL('../../fixtures/data-folder-before-messages', import.meta.url));

test('a data folder of the version before messages opens, and what it kept as sentences is shown as it stood', async () => {
  const root = await temporaryFolder();
  await cp(fixture, join(root, 'data'), { recursive: true });
  const { gateway, operate, rows, refusals, until } = await openGateway({ root, baseUrl: 'http://127.0.0.1:9/api' });
  gateway.start();
  const { counts } = await until('it is open', ({ gateway: { startedAt } }) => startedAt > 0);
  expect(counts).toMatchObject({ collected: 5, acknowledged: 2, dead: 2, pending: 1, refused: 3 });

  const errors = rows().flatMap(({ filename, state, lastError }) =>
    lastError === null ? [] : [{ filename, state, ...told(lastError) }],
  );
  expect(errors).toMatchObject([
    {
      filename: 'waiting.jpg',
      state: 'pending',
      message: { code: 'legacy' },
      text: 'The cloud has an error of its own (503).',
      hint: 'Nothing to do now: it is tried again by itself. If it lasts, tell the Acusight administrator.',
      technical: 'HTTP 503 SERVICE_UNAVAILABLE Failed to reserve batch slot (a fault of the test server)',
    },
    {
      filename: 'refused-413.jpg',
      state: 'dead',
      message: { code: 'legacy' },
      text: 'The cloud, or a proxy before it, does not take a picture of this size.',
      hint: 'Have the limit of the server or proxy raised, then put the picture back in the queue.',
    },
    {
      filename: 'refused-400.jpg',
      state: 'dead',
      message: { code: 'legacy' },
      text: 'The cloud refused this picture: “Answered so on command (a fault of the test server)”.',
      hint: 'Look at the picture and its annotations. When the cause is corrected, put it back in the queue.',
    },
  ]);

  expect(refusals().map(told)).toMatchObject([
    {
      path: 'cut off.jpg',
      code: 'truncated',
      text: 'The picture is cut off: its end is missing (The JPEG has no end marker: the file stops after 496 bytes or the rest is not written yet).',
      hint: 'The program that wrote it stopped too early. Let it write the file again; it is taken as soon as it is complete.',
    },
    {
      path: 'empty.png',
      code: 'empty',
      text: 'The file is empty (0 bytes).',
      hint: 'Check that the camera program finishes its files and that its disk is not full. It is taken when it gets its content.',
    },
    {
      path: 'notes.jpg',
      code: 'not-a-picture',
      text: 'The content of this file is not a JPEG, PNG, BMP, TIFF or WebP picture, whatever its name says (This is a text file by its content; JPEG, PNG, BMP, TIFF and WebP pictures are taken).',
      hint: 'Set the camera program to JPEG or PNG, or exclude such files in the source’s settings.',
    },
  ]);

  const ledger = operate('ledger.page', { cursor: null, limit: 10 });
  expect(ledger.rows).toMatchObject([
    {
      sourceId: 'aoi',
      shift: '2026-11-30',
      captured: 8,
      acknowledged: 2,
      pending: 1,
      dead: 2,
      refused: 3,
      balanced: true,
    },
  ]);
  expect(await operate('ledger.verify', {})).toMatchObject({ ok: true, problems: [] });

  expect(operate('dead.requeue', { selection: 'all' })).toMatchObject({ changed: 2 });
  expect(rows('dead')).toEqual([]);
});
