import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication } from 'playwright';
import { build } from 'vite';
import type { Acquisition } from '../../electron/gateway/source/camera/camera-device.ts';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { FoundCamera } from '../../shared/camera.ts';
import type { UsbSettings } from '../../shared/usb-camera.ts';
import type { Probe } from './usb-camera-app/main.ts';
import type { ProbeCall, ProbeState } from './usb-camera-app/messages.ts';

const inRoot = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

const usbSettings: UsbSettings = {
  device: 'fake_device_0',
  width: 1920,
  height: 1080,
  frameRate: null,
  controls: {},
  encode: { format: 'jpeg', quality: 90 },
};

/** The product's camera modules in the real Electron, with Chromium's own fake cameras. */
export class UsbProbe {
  readonly folder: string;
  #app: ElectronApplication | null = null;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async prepare(): Promise<UsbProbe> {
    if (!existsSync(inRoot('out/camera/index.html'))) throw new Error('the product is not built');
    const folder = await mkdtemp(join(tmpdir(), 'acusight-usb-'));
    for (const name of ['main', 'thread'])
      await build({
        configFile: false,
        root: inRoot('.'),
        publicDir: false,
        logLevel: 'warn',
        ssr: { noExternal: true },
        build: {
          ssr: inRoot(`test/support/usb-camera-app/${name}.ts`),
          outDir: join(folder, 'app'),
          emptyOutDir: false,
          minify: false,
          target: 'node20',
          rolldownOptions: {
            external: ['electron', ...builtinModules, /^node:/],
            output: { format: 'cjs', entryFileNames: `${name}.cjs`, codeSplitting: false },
          },
        },
      });
    await writeFile(join(folder, 'app', 'package.json'), JSON.stringify({ name: 'usb-probe', main: 'main.cjs' }));
    return new UsbProbe(folder);
  }

  /** `switches`: Chromium's, for its fake cameras; `screen`: without one, as in a service. */
  async launch(switches: readonly string[], screen = true): Promise<void> {
    const { executable, switches: own, env } = resolveElectron();
    const environment: Record<string, string> = {};
    const ours = {
      USB_PROBE: JSON.stringify({
        page: inRoot('out/camera'),
        preload: inRoot('out/preload/camera-preload.cjs'),
        thread: join(this.folder, 'app', 'thread.cjs'),
      }),
    };
    for (const [name, value] of Object.entries({ ...process.env, ...env, ...ours }))
      if (value !== undefined && name !== 'ELECTRON_RUN_AS_NODE' && (screen || name !== 'DISPLAY'))
        environment[name] = value;
    this.#app = await _electron.launch({
      executablePath: executable,
      args: [
        ...own,
        ...(screen ? [] : ['--ozone-platform=headless']),
        `--user-data-dir=${join(this.folder, 'user')}`,
        ...switches,
        join(this.folder, 'app'),
      ],
      env: environment,
    });
  }

  get app(): ElectronApplication {
    if (this.#app === null) throw new Error('not launched');
    return this.#app;
  }

  call(call: ProbeCall): Promise<unknown> {
    return this.app.evaluate((_electron, given) => (globalThis as unknown as { probe: Probe }).probe.call(given), call);
  }

  find(): Promise<readonly FoundCamera[]> {
    return this.call({ what: 'find' }) as Promise<readonly FoundCamera[]>;
  }

  async open(
    name: string,
    settings: Partial<UsbSettings> = {},
    acquisition: Acquisition = { kind: 'free-run' },
    everyNth = 1,
  ): Promise<void> {
    await this.call({ what: 'open', name, settings: { ...usbSettings, ...settings }, acquisition, everyNth });
  }

  state(name: string): Promise<ProbeState> {
    return this.call({ what: 'state', name }) as Promise<ProbeState>;
  }

  /** The state after the end. */
  closeCamera(name: string): Promise<ProbeState> {
    return this.call({ what: 'close', name }) as Promise<ProbeState>;
  }

  /** What the camera page's owner logged. */
  events(): Promise<readonly string[]> {
    return this.app.evaluate(() => (globalThis as unknown as { probe: Probe }).probe.events);
  }

  allow(device: string, allowed: boolean): Promise<void> {
    return this.app.evaluate(
      (_electron, [name, may]) => {
        const { denied } = (globalThis as unknown as { probe: Probe }).probe;
        if (may) denied.delete(name);
        else denied.add(name);
      },
      [device, allowed] as const,
    );
  }

  async kill(which: 'captureProcess' | 'pageProcess'): Promise<void> {
    const pid = await this.app.evaluate(
      (_electron, name) => (globalThis as unknown as { probe: Probe }).probe[name](),
      which,
    );
    if (pid === null) throw new Error(`there is no ${which}`);
    process.kill(pid, 'SIGKILL');
  }

  async close(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    await app?.close().catch(() => undefined);
  }

  async dispose(): Promise<void> {
    await this.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
