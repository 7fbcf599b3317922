import { type Session, session, type WebContents } from 'electron';
import { CAMERA_HOST } from '../../shared/camera-channel.ts';
import { APP_SCHEME } from '../../shared/channels.ts';
import { serveApp } from '../window/app-protocol.ts';

export type CameraSessionOptions = {
  /** Folder of the built page. */
  readonly page: string;
  readonly isPage: (contents: WebContents) => boolean;
  /** Is a camera being opened now that may be used? */
  readonly mayOpen: () => boolean;
  readonly onRefused: (permission: string, url: string) => void;
};

/** The page loads its own scripts and nothing else; these compile the JPEG encoder that they carry with them. */
const cameraPolicy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The camera page's own session, which may see and use cameras and nothing else. It lies on the disk because the ids by
 * which a browser knows cameras are made with a secret of the session: in memory they would be others at each start.
 */
export function openCameraSession({ page, isPage, mayOpen, onRefused }: CameraSessionOptions): Session {
  const own = session.fromPartition('persist:cameras');
  serveApp(own, page, cameraPolicy);
  own.setPermissionRequestHandler((contents, permission, answer, details) => {
    const kinds = 'mediaTypes' in details ? (details.mediaTypes ?? []) : [];
    const isVideo = permission === 'media' && kinds.length === 1 && kinds[0] === 'video';
    const granted = isVideo && details.isMainFrame && isPage(contents) && isOurs(details.requestingUrl) && mayOpen();
    if (!granted) onRefused(permission, details.requestingUrl);
    answer(granted);
  });
  // Names of cameras are shown only to a page that may use them. `mediaType` is absent when its own state is asked for.
  own.setPermissionCheckHandler(
    (contents, permission, _origin, details) =>
      permission === 'media' &&
      details.mediaType !== 'audio' &&
      contents !== null &&
      isPage(contents) &&
      isOurs(details.requestingUrl ?? ''),
  );
  own.setDevicePermissionHandler(() => false);
  own.on('will-download', (event) => event.preventDefault());
  return own;
}

function isOurs(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return protocol === `${APP_SCHEME}:` && host === CAMERA_HOST;
}
