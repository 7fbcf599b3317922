import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { livePicture } from './live-picture.ts';

/**
 * Shows the window in an ordinary browser on a fake gateway:
 * `vite -c test/support/fake-gateway/vite.config.ts`, then `/test/support/fake-gateway/?scenario=flowing`.
 * The environment variable `FAKE_PICTURES` names a folder of JPEG and PNG pictures.
 */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = process.env.FAKE_PICTURES ?? join(root, 'resources/demo');

const pictures = (): Plugin => ({
  name: 'fake-pictures',
  // A browser does not know `acusight-image:`; the same call gives an address of this server instead.
  transform: (code, id) =>
    /\/(?:shared\/channels|renderer\/sources\/live\/live-store)\.ts$/.test(id)
      ? code.replace(/`\$\{IMAGE_SCHEME\}:\/\//, '`/fake-pictures/')
      : null,
  configureServer: (server) => {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(jpe?g|png)$/i.test(name),
    );
    server.middlewares.use('/fake-pictures', (request, response) => {
      if (request.url === '/count') {
        response.end(String(names.length));
        return;
      }
      const live = /^\/live\/([^/]+)\/(\d+)/.exec(request.url ?? '');
      if (live !== null) {
        response.setHeader('content-type', 'image/svg+xml');
        response.end(livePicture(live[1] ?? '', Number(live[2])));
        return;
      }
      const serial = Number(/\d+$/.exec(request.url ?? '')?.[0] ?? 0);
      const name = names[serial % names.length];
      if (name === undefined) {
        response.statusCode = 404;
        response.end();
        return;
      }
      response.setHeader('content-type', name.toLowerCase().endsWith('png') ? 'image/png' : 'image/jpeg');
      createReadStream(join(folder, name)).pipe(response);
    });
  },
});

export default defineConfig({
  root,
  plugins: [react(), pictures()],
  server: { host: '127.0.0.1', port: 5199, strictPort: true },
});
