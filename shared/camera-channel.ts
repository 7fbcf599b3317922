/** Apart from the messages, so that the sandboxed preload script can import it without the schema library. */

/** The page's own host below the app's scheme: another origin than the window's. */
export const CAMERA_HOST = 'camera';
/** Main hands the page its port under this name, and the preload script passes it on under the same. */
export const CAMERA_PORT = 'camera:port';
