import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import { levelOf, message } from '../../shared/messages/message.ts';
import { type Level, levels } from '../../shared/messages/param-kinds.ts';
import { createWords } from '../../shared/messages/words.ts';
import type { Snapshot } from '../../shared/snapshot.ts';

export type TrayActions = { readonly open: () => void; readonly quit: () => void };

const urgencyOf = (level: Level): number => levels.indexOf(level);

/** The icon that stays when the window is closed: state by shape, the two sentences in its tooltip and menu. */
export class GatewayTray {
  readonly #tray: Tray;
  readonly #icons: string;
  readonly #actions: TrayActions;
  #shown = '';

  constructor(icons: string, actions: TrayActions) {
    this.#icons = icons;
    this.#actions = actions;
    this.#tray = new Tray(this.#image('busy'));
    this.#tray.on('click', actions.open);
  }

  update({ safe, flow, gateway }: Pick<Snapshot, 'safe' | 'flow' | 'gateway'>): void {
    const [level] = [levelOf(safe), levelOf(flow)].sort((a, b) => urgencyOf(b) - urgencyOf(a)) as [Level, Level];
    const { headline, text } = createWords({ timeZone: gateway.timeZone });
    const state = `${headline(safe)} · ${headline(flow)}`;
    if (this.#shown === `${level} ${state}`) return;
    this.#shown = `${level} ${state}`;
    this.#tray.setImage(this.#image(level));
    this.#tray.setToolTip(text(message('tray-tip', { state })));
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: headline(safe), enabled: false },
        { label: headline(flow), enabled: false },
        { type: 'separator' },
        { label: text(message('shell-label', { context: 'open' })), click: this.#actions.open },
        { label: text(message('shell-label', { context: 'ask-to-quit' })), click: this.#actions.quit },
      ]),
    );
  }

  destroy(): void {
    this.#tray.destroy();
  }

  #image(level: Level): Electron.NativeImage {
    return nativeImage.createFromPath(join(this.#icons, `tray-${level}.png`));
  }
}
