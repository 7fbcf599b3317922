/** Of Electron's `app.commandLine`: the switches that the program was started with, and its own. */
export type Switches = {
  readonly hasSwitch: (name: string) => boolean;
  readonly getSwitchValue: (name: string) => string;
};

/**
 * Why no camera page can be made in this run; null where it can. Chromium without a screen (`headless`) ends the whole
 * program as soon as a page is made while graphics run in the main process, unless they are switched off altogether.
 */
export function findObstacle(switches: Switches): string | null {
  if (switches.getSwitchValue('ozone-platform') !== 'headless') return null;
  if (!switches.hasSwitch('in-process-gpu') || switches.hasSwitch('disable-gpu')) return null;
  return 'no screen (--ozone-platform=headless), and graphics in the main process (--in-process-gpu without --disable-gpu)';
}
