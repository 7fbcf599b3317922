import { join } from 'node:path';
import { Menu, nativeImage, Tray } from 'electron';
import type { Level, Snapshot } from '../../shared/snapshot.ts';

export type TrayActions = { readonly open: () => void; readonly quit: () => void };

const urgency: readonly Level[] = ['good', 'busy', 'waiting', 'act', 'alarm'];

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

  update({ safe, flow }: Pick<Snapshot, 'safe' | 'flow'>): void {
    const level = urgency.indexOf(safe.level) > urgency.indexOf(flow.level) ? safe.level : flow.level;
    const text = `${safe.headline} · ${flow.headline}`;
    if (this.#shown === `${level} ${text}`) return;
    this.#shown = `${level} ${text}`;
    this.#tray.setImage(this.#image(level));
    this.#tray.setToolTip(`Acusight Line Gateway: ${text}`);
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { label: safe.headline, enabled: false },
        { label: flow.headline, enabled: false },
        { type: 'separator' },
        { label: 'Open', click: this.#actions.open },
        { label: 'Quit…', click: this.#actions.quit },
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
