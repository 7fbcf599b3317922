import { close, url } from 'node:inspector';
import type { CommandLine } from 'electron';

/**
 * Switches of Chromium and Node that open the program to whoever reaches a port or a pipe, or run another program in
 * place of a process of its own. With one of them a person at the PC could read the device key out of the program. The
 * fuses of the package close what can be closed there; Chromium reads these only after the main script has run.
 */
const refused = [
  'remote-debugging-port',
  'remote-debugging-pipe',
  'remote-debugging-address',
  'remote-debugging-socket-name',
  'remote-debugging-targets',
  'remote-allow-origins',
  'inspect',
  'inspect-brk',
  'inspect-brk-node',
  'inspect-port',
  'inspect-publish-uid',
  'inspect-wait',
  'debug',
  'debug-brk',
  'debug-port',
  'load-extension',
  'disable-web-security',
  'renderer-cmd-prefix',
  'utility-cmd-prefix',
  'gpu-launcher',
  'enable-automation',
] as const;

/** Takes them away. Must run before anything waits. Returns those that were there. */
export function refuseDebugging(commandLine: Pick<CommandLine, 'hasSwitch' | 'removeSwitch'>): readonly string[] {
  const found = refused.filter((name) => commandLine.hasSwitch(name));
  for (const name of found) commandLine.removeSwitch(name);
  if (url() !== undefined) close();
  // Where a fuse does not see to it, this signal opens Node's debugger at any time.
  if (process.platform !== 'win32') process.on('SIGUSR1', () => undefined);
  return found;
}
