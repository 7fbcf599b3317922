import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoot } from '../../scripts/setup/places.mjs';

/** A tree with one file an arrow: the folder's last part says whether it is allowed. */
const arrows = /** @type {const} */ ({
  'electron/gateway/cloud/wrong-type.ts': "import type { Outbox } from '../store/outbox.ts';\nexport type X = Outbox;",
  'electron/gateway/cloud/wrong-inline-type.ts':
    "import { type Outbox } from '../store/outbox.ts';\nexport type X = Outbox;",
  'electron/gateway/cloud/wrong-export.ts': "export * from '../store/outbox.ts';",
  'electron/gateway/cloud/wrong-later.ts': "export const x = () => import('../store/outbox.ts');",
  'electron/gateway/source/wrong-electron.ts': "import type { App } from 'electron';\nexport type X = App;",
  'electron/gateway/store/wrong-up.ts': "import { gateway } from '../gateway.ts';\nexport const x = gateway;",
  'electron/gateway/platform/wrong-library.ts': "import { z } from 'zod';\nexport const x = z;",
  'electron/gateway/model/wrong-node.ts': "import { readFile } from 'node:fs/promises';\nexport const x = readFile;",
  'electron/gateway/drawer/wrong-folder.ts': "import { clock } from '../platform/clock.ts';\nexport const x = clock;",
  'electron/gateway/sync/wrong-test.ts': "import { given } from '../../../test/given.ts';\nexport const x = given;",
  'electron/gateway/status/wrong-wiring.ts': "import { parts } from '../wiring/parts.ts';\nexport const x = parts;",
  'electron/simulators/cloud/wrong-model.ts':
    "import type { Image } from '../../gateway/model/image.ts';\nexport type X = Image;",
  'electron/simulators/cloud/wrong-simulator.ts':
    "import { camera } from '../camera/camera.ts';\nexport const x = camera;",
  'electron/keyring/wrong-electron.ts': "import { app } from 'electron';\nexport const x = app;",
  'electron/keyring/wrong-shell.ts': "import { settings } from '../settings.ts';\nexport const x = settings;",
  'electron/keyring/wrong-core.ts': "import { gateway } from '../gateway/gateway.ts';\nexport const x = gateway;",
  'electron/simulators/cloud/wrong-keyring.ts':
    "import { keyring } from '../../keyring/keyring.ts';\nexport const x = keyring;",
  'electron/window/wrong-shell.ts': "import { outbox } from '../gateway/store/outbox.ts';\nexport const x = outbox;",
  'electron/window/preload.ts': "import { schema } from '../../shared/contract.ts';\nexport const x = schema;",
  'renderer/wrong.tsx':
    "import { clock } from '../electron/gateway/platform/clock.ts';\nexport const X = () => <p>{clock}</p>;",
  'renderer/wrong-node.tsx': "import { sep } from 'node:path';\nexport const X = () => <p>{sep}</p>;",
  'shared/wrong-library.ts': "import { useState } from 'react';\nexport const x = useState;",
  'shared/wrong-cycle.ts': "import type { B } from './wrong-other-half.ts';\nexport type A = B;",
  'shared/wrong-other-half.ts': "import type { A } from './wrong-cycle.ts';\nexport type B = A;",

  'electron/gateway/gateway.ts': "import { outbox } from './store/outbox.ts';\nexport const gateway = outbox;",
  'electron/gateway/platform/clock.ts': "import { hrtime } from 'node:process';\nexport const clock = hrtime;",
  'electron/gateway/model/image.ts':
    "import type { Contract } from '../../../shared/contract.ts';\nexport type Image = Contract;",
  'electron/gateway/store/outbox.ts':
    "import type { Image } from '../model/image.ts';\nimport { z } from 'zod';\nexport type Outbox = Image;\nexport const outbox = z;",
  'electron/gateway/ingest/ingest.ts': "import { outbox } from '../store/outbox.ts';\nexport const x = outbox;",
  'electron/keyring/keyring.ts': "import { clock } from '../gateway/platform/clock.ts';\nexport const keyring = clock;",
  'electron/keyring/reader.ts':
    "import { safeStorage } from 'electron';\nimport { keyring } from './keyring.ts';\nexport const x = [safeStorage, keyring];",
  'electron/settings.ts': "import { keyring } from './keyring/keyring.ts';\nexport const settings = keyring;",
  'electron/gateway/wiring/parts.ts':
    "import { situation } from '../status/situation.ts';\nexport const parts = situation;",
  'electron/gateway/status/situation.ts':
    "import type { Outbox } from '../store/outbox.ts';\nexport const situation: Outbox | null = null;",
  'electron/simulators/camera/camera.ts':
    "import { clock } from '../../gateway/platform/clock.ts';\nexport const camera = clock;",
  'electron/main.ts':
    "import { app } from 'electron';\nimport { gateway } from './gateway/gateway.ts';\nexport const x = [app, gateway];",
  'renderer/app.tsx':
    "import { useState } from 'react';\nimport { schema } from '../shared/contract.ts';\nexport const X = () => <p>{String(useState(schema))}</p>;",
  'shared/contract.ts': "import { z } from 'zod';\nexport const schema = z;\nexport type Contract = typeof schema;",
  'test/given.ts': "import { outbox } from '../electron/gateway/store/outbox.ts';\nexport const given = outbox;",
});

describe('the import rules', () => {
  let folder = '';
  /** @type {ReadonlySet<string>} */
  let refused = new Set();

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'acusight-arrows-'));
    const write = (/** @type {string} */ name, /** @type {string} */ text) => {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    };
    write('package.json', JSON.stringify({ type: 'module', dependencies: { electron: '*', react: '*', zod: '*' } }));
    for (const library of ['electron', 'react', 'zod']) {
      write(`node_modules/${library}/package.json`, JSON.stringify({ name: library, main: 'index.js' }));
      write(`node_modules/${library}/index.js`, '');
    }
    for (const [name, text] of Object.entries(arrows)) write(name, text);
    const command = inRoot('node_modules', 'dependency-cruiser', 'bin', 'dependency-cruiser.mjs');
    const rules = inRoot('.dependency-cruiser.mjs');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [command, '--config', rules, '--output-type', 'json', 'electron', 'renderer', 'shared', 'test'],
      { cwd: folder, maxBuffer: 10_000_000 },
    );
    /** @type {{ summary: { violations: readonly { from: string }[] } }} */
    const report = JSON.parse(stdout);
    refused = new Set(report.summary.violations.map((violation) => violation.from));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const isWrong = (/** @type {string} */ name) => name.includes('wrong') || name === 'electron/window/preload.ts';
  const names = Object.keys(arrows);

  it.each(names.filter(isWrong).filter((name) => name !== 'shared/wrong-other-half.ts'))('refuse %s', (name) => {
    expect(refused).toContain(name);
  });

  it.each(names.filter((name) => !isWrong(name)))('allow %s', (name) => {
    expect(refused).not.toContain(name);
  });
});
