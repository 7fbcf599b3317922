import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { Readable } from 'node:stream';
import { protocol, type Session } from 'electron';
import { APP_SCHEME, IMAGE_SCHEME, LOOKED } from '../../shared/channels.ts';

/** Where the pictures come from. */
export type PictureSource = {
  /** Path of the small picture; null where there is none. `isLooked`: it is on the stage, and not in a list. */
  readonly preview: (imageId: string, isLooked: boolean) => Promise<string | null>;
  readonly original: (imageId: string) => Promise<{ readonly path: string; readonly format: 'jpeg' | 'png' } | null>;
  /** A JPEG of a camera's live view; null where it is gone already. */
  readonly live: (sourceId: string, number: number) => Promise<Uint8Array<ArrayBuffer> | null>;
};

/** Must run before Electron is ready. */
export function registerSchemes(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: APP_SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
    // The page asks with CORS: only then may it show a picture as it is stored instead of turned by its EXIF data.
    { scheme: IMAGE_SCHEME, privileges: { standard: true, secure: true, stream: true, corsEnabled: true } },
  ]);
}

/** What the window's page may load: only itself and pictures by image id. No inline code, no eval, no other origin. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  `img-src 'self' ${IMAGE_SCHEME}:`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.map': 'application/json',
};

/** A page's own files, from one folder and nowhere else. `policy`: its Content-Security-Policy. */
export function serveApp(session: Session, root: string, policy = contentSecurityPolicy): void {
  session.protocol.handle(APP_SCHEME, async (request) => {
    const { pathname } = new URL(request.url);
    const path = normalize(join(root, pathname === '/' ? 'index.html' : decodeURIComponent(pathname)));
    const type = contentTypes[extname(path)];
    if (!path.startsWith(`${normalize(root)}${sep}`) || type === undefined || request.method !== 'GET')
      return notFound();
    try {
      return new Response(new Uint8Array(await readFile(path)), {
        headers: {
          'content-type': type,
          'content-security-policy': policy,
          'x-content-type-options': 'nosniff',
        },
      });
    } catch {
      return notFound();
    }
  });
}

/**
 * `acusight-image://preview/<imageId>` (`?looked` where it is on the stage), `acusight-image://original/<imageId>` and
 * `acusight-image://live/<sourceId>/<number>`: by id, never by path.
 */
export function serveImages(session: Session, pictures: PictureSource): void {
  session.protocol.handle(IMAGE_SCHEME, async (request) => {
    try {
      const { host, pathname, search } = new URL(request.url);
      if (host === 'live') return await live(pictures, request.method, pathname);
      const imageId = decodeURIComponent(pathname.slice(1));
      if (request.method !== 'GET' || !/^[0-9a-f-]{1,64}$/.test(imageId)) return notFound();
      if (host === 'preview') {
        const path = await pictures.preview(imageId, search === LOOKED);
        return path === null ? notFound() : picture(new Uint8Array(await readFile(path)), 'image/jpeg');
      }
      const original = host === 'original' ? await pictures.original(imageId) : null;
      if (original === null) return notFound();
      await stat(original.path);
      return picture(
        Readable.toWeb(createReadStream(original.path)) as ReadableStream,
        original.format === 'jpeg' ? 'image/jpeg' : 'image/png',
      );
    } catch {
      return notFound();
    }
  });
}

async function live(pictures: PictureSource, method: string, pathname: string): Promise<Response> {
  const [, sourceId, number] = /^\/([A-Za-z0-9._-]{1,64})\/(\d{1,15})$/.exec(pathname) ?? [];
  if (method !== 'GET' || sourceId === undefined) return notFound();
  const bytes = await pictures.live(sourceId, Number(number));
  return bytes === null ? notFound() : picture(bytes, 'image/jpeg');
}

const notFound = (): Response => new Response(null, { status: 404 });

/** An image id names the same bytes for ever. */
const picture = (body: Uint8Array<ArrayBuffer> | ReadableStream, type: string): Response =>
  new Response(body, {
    headers: {
      'content-type': type,
      'cache-control': 'private, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      'access-control-allow-origin': '*',
    },
  });
