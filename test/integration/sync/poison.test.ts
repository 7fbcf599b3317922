import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { openGateway, startServer } from '../../support/gateway-fixture.ts';
import { LeapingClock } from '../../support/leaping-clock.ts';

/** A reverse proxy that treats the pictures of one name differently: what a content filter does. */
async function startFilter(
  target: string,
  poison: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
) {
  let poisoned = 0;
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      if (body.includes(`"filename":"${poison}"`)) {
        poisoned += 1;
        return answer(incoming, response);
      }
      const { host: _host, ...headers } = incoming.headers;
      const onward = request(`${target}${incoming.url}`, { method: incoming.method, headers }, (back) => {
        response.writeHead(back.statusCode ?? 502, back.headers);
        back.pipe(response);
      });
      onward.on('error', () => response.destroy());
      onward.end(body);
    });
    incoming.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as { port: number };
  return { baseUrl: `http://127.0.0.1:${port}/api`, poisoned: () => poisoned };
}

async function start(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = await startServer();
  const filter = await startFilter(new URL(server.baseUrl).origin, 'frame-0.jpg', answer);
  const clock = new LeapingClock();
  const opened = await openGateway({ ...server, baseUrl: filter.baseUrl, clock });
  return { ...opened, clock, filter, server };
}

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a picture that the server fails at again and again does not stop the others, and is shown as stuck', async () => {
  const { gateway, putPictures, rows, until, clock, server } = await start((_request, response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"success":false,"error":{"code":"INTERNAL_ERROR","message":"no"}}');
  });
  await putPictures(20);
  gateway.start();
  // A minute is enough for the others.
  for (let second = 0; second < 60 && gateway.snapshot().counts.acknowledged < 19; second += 1) {
    clock.leap(1_000);
    await pause(20);
  }
  await until('the others are delivered', ({ counts }) => counts.acknowledged === 19);
  for (let round = 0; round < 8; round += 1) {
    await putPictures(1, `later-${round}-`, 1_000 + round);
    const [row] = rows().filter(({ filename }) => filename === 'frame-0.jpg');
    clock.leap(Math.max(0, (row?.nextAttemptAt ?? 0) - clock.now()) + 2_000);
    await until('a later one is delivered', ({ counts }) => counts.acknowledged >= 20 + round);
    await pause(50);
  }
  for (let second = 0; second < 100 && gateway.snapshot().counts.stuck === 0; second += 1) {
    clock.leap(30_000);
    await pause(30);
  }
  const stuck = await until('it is stuck', ({ counts }) => counts.stuck === 1);
  expect(stuck.advice.map(({ message }) => message.code)).toContain('stuck');
  const [row] = rows('retrying');
  expect(row).toMatchObject({ filename: 'frame-0.jpg', state: 'pending', stuck: true });
  expect(row?.attempts).toBeGreaterThanOrEqual(6);
  expect((await server.images()).map(({ filename }) => filename)).not.toContain('frame-0.jpg');
});

const closings: readonly [string, (request: IncomingMessage, response: ServerResponse) => void][] = [
  [
    'answers with its own page',
    (_request, response) => void response.writeHead(403, { 'content-type': 'text/html' }).end('<html>blocked</html>'),
  ],
  ['forbids', (_request, response) => void response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden')],
  ['does not find the way for', (_request, response) => void response.writeHead(404).end()],
  [
    'answers 200 with a page for',
    (_request, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>blocked</html>'),
  ],
];
test.each(closings)(
  'a picture that something on the way %s does not stop the others, and costs no attempt',
  async (_how, answer) => {
    const { gateway, putPictures, rows, until, clock, filter } = await start(answer);
    await putPictures(30);
    gateway.start();
    // Five minutes at the most, although each look at the way costs a while.
    for (let second = 0; second < 60 && gateway.snapshot().counts.acknowledged < 29; second += 1) {
      clock.leap(5_000);
      await pause(30);
      // However slow this machine is: what is under way costs it no minute of the clock.
      for (let wait = 0; wait < 100 && gateway.snapshot().connection.inFlight > 0; wait += 1) await pause(10);
    }
    await until('the others are delivered', ({ counts }) => counts.acknowledged === 29, 1_000);
    const [row] = rows('waiting');
    expect(row).toMatchObject({ filename: 'frame-0.jpg', attempts: 0 });
    expect(row?.lastError).not.toBeNull();
    expect(filter.poisoned()).toBeGreaterThan(1);
  },
);
