import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron, type ElectronApplication, type Page } from 'playwright';
import { resolveElectron } from '../../scripts/electron-runtime.mjs';
import type { ConfigInput } from '../../shared/config.ts';
import type { Operation, OperationRequest, OperationResponse } from '../../shared/contract.ts';
import type { Result } from '../../shared/result.ts';
import { CloudProcess } from './cloud-process.ts';
import { inOneLine } from './spoken.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The product with its window, in the real Electron, driven by Playwright; a folder and a server of its own. */
export class DesktopApp {
  readonly folder: string;
  readonly server: CloudProcess;
  #app: ElectronApplication | null = null;

  private constructor(folder: string, server: CloudProcess) {
    this.folder = folder;
    this.server = server;
  }

  static async prepare(): Promise<DesktopApp> {
    const folder = await mkdtemp(join(tmpdir(), 'acusight-e2e-'));
    await mkdir(join(folder, 'in'));
    return new DesktopApp(folder, await CloudProcess.start(join(folder, 'server')));
  }

  get input(): string {
    return join(this.folder, 'in');
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  config(overrides: Partial<ConfigInput> = {}): ConfigInput {
    return {
      cloud: { baseUrl: this.server.baseUrl, deviceId: 'simulated-device' },
      sources: [
        {
          id: 'aoi',
          name: 'AOI camera',
          kind: 'folder',
          path: this.input,
          settleMilliseconds: 100,
          incompleteSeconds: 1,
        },
      ],
      ...overrides,
    };
  }

  /** `gateway` on a configuration file, with its window. */
  async runGateway(
    config: ConfigInput = this.config(),
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Page> {
    const file = join(this.folder, 'config.json');
    await writeFile(file, JSON.stringify(config));
    return this.launch(['gateway', '--config', file, '--data-dir', this.dataDir], {
      ACUSIGHT_DEVICE_KEY: this.server.deviceKey,
      ...environment,
    });
  }

  async launch(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Page> {
    const { executable, switches, env } = resolveElectron();
    const own: Record<string, string> = {};
    for (const [name, value] of Object.entries({ ...process.env, ...env, ...environment })) {
      if (
        value !== undefined &&
        name !== 'ELECTRON_RUN_AS_NODE' &&
        (name !== 'ACUSIGHT_DEVICE_KEY' || name in environment)
      )
        own[name] = value;
    }
    this.#app = await _electron.launch({
      executablePath: executable,
      args: [...switches, root, '--', ...args],
      env: own,
      cwd: root,
    });
    return this.#app.firstWindow();
  }

  get app(): ElectronApplication {
    if (this.#app === null) throw new Error('not launched');
    return this.#app;
  }

  /** As a person quits it; a program that does not end by itself within 20 s is ended, and that is a failure. */
  async close(): Promise<void> {
    const app = this.#app;
    this.#app = null;
    if (app === null) return;
    const child = app.process();
    const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
    await app.close().catch(() => undefined);
    clearTimeout(late);
    if (child.signalCode === 'SIGKILL') throw new Error('the program did not end by itself');
  }

  async dispose(): Promise<void> {
    try {
      await this.close();
    } finally {
      await this.server.stop();
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}

/** A call of the page's own bridge, as the renderer makes it: the raw answer, unchecked. */
export function invoke(page: Page, operation: string, request: unknown): Promise<unknown> {
  return page.evaluate(([name, body]) => window.gateway?.invoke(name, body), [operation, request] as const);
}

/** The value of a call that must go well. */
export async function ask<Name extends Operation>(
  page: Page,
  operation: Name,
  request: OperationRequest<Name>,
): Promise<OperationResponse<Name>> {
  const answer = (await invoke(page, operation, request)) as Result<OperationResponse<Name>>;
  if (!answer.ok) throw new Error(`${operation}: ${inOneLine(answer.error)}`);
  return answer.value;
}
