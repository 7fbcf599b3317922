import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { listen } from './tls-server.ts';

/**
 * What may stand before an S3 server: a reverse proxy that passes everything on as it is, but for what a test makes it
 * do. `answer`: it answers itself where that says so. `change`: of the headers.
 */
export type FrontWish = {
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly change?: (headers: Record<string, string | string[] | undefined>) => void;
};

export type SeenRequest = {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
};

/** Where to find it, and every request that came, in order. */
export async function storageBehind(endpoint: string, { answer = () => false, change = () => undefined }: FrontWish) {
  const seen: SeenRequest[] = [];
  const inner = new URL(endpoint);
  const { port } = await listen(
    createServer((asked, response) => {
      const { method = '', url = '' } = asked;
      const headers = { ...asked.headers };
      seen.push({ method, url, headers: { ...headers } });
      if (answer(asked, response)) return void asked.resume();
      change(headers);
      const passed = request({ host: inner.hostname, port: inner.port, method, path: url, headers, setHost: false });
      passed.on('response', (told) => {
        response.writeHead(told.statusCode ?? 500, told.headers);
        told.pipe(response);
      });
      passed.on('error', () => response.destroy());
      asked.pipe(passed);
    }),
  );
  return { endpoint: `http://127.0.0.1:${port}`, seen };
}

/** A refusal in S3's words. */
export function refuse(response: ServerResponse, status: number, code: string, message: string): true {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  );
  return true;
}
