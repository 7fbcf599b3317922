import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { beforePack } from '../../scripts/package/before-pack.mjs';
import { packageOf } from '../../scripts/package/bundled-packages.mjs';
import { componentsOf, refusedLicences } from '../../scripts/package/components.mjs';
import { faultsIn, packagesIn } from '../../scripts/package/contents.mjs';
import { controlText, readRequest } from '../../scripts/package/deb-packer.mjs';
import { bill, noticesText } from '../../scripts/package/documents.mjs';
import { fuses, setFuses, wrongFuses } from '../../scripts/package/fuses.mjs';
import { declaredVersion } from '../../scripts/setup/official-runtime.mjs';
import { inRoot, root } from '../../scripts/setup/places.mjs';

const packing = (/** @type {string} */ version, /** @type {string | undefined} */ electronDist) => ({
  packager: { info: { framework: { version } }, config: { electronDist } },
});

describe('the packing of a release', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('takes the declared Electron', () => {
    expect(() => beforePack(packing(declaredVersion(), undefined))).not.toThrow();
  });

  it('refuses the development runtime, also under the right version', () => {
    expect(() => beforePack(packing('33.2.1', undefined))).toThrow(/from its makers/);
    expect(() => beforePack(packing(declaredVersion(), '/cache/electron'))).toThrow(/from its makers/);
  });

  it('lets a trial package through that is asked for as such', () => {
    vi.stubEnv('ACUSIGHT_TRIAL_PACKAGE', '1');
    expect(() => beforePack(packing('33.2.1', '/cache/electron'))).not.toThrow();
  });
});

describe('the packages in a bundle', () => {
  it('are told from our own code, wherever they lie', () => {
    const ids = [
      path.join(root, 'node_modules', 'zod', 'v4', 'index.js'),
      path.join(root, 'node_modules', '@base-ui', 'react', 'node_modules', 'clsx', 'index.js?commonjs'),
      path.join(root, 'electron', 'main.ts'),
      path.join(root, 'renderer', 'usb-page', 'jpeg', 'jpeg.as'),
      '\0rolldown/runtime.js',
    ];
    expect(ids.map((id) => packageOf(id))).toEqual([
      'node_modules/zod',
      'node_modules/@base-ui/react/node_modules/clsx',
      undefined,
      'node_modules/assemblyscript',
      'node_modules/rolldown',
    ]);
    expect(packageOf('../node_modules/zod/index.js', path.join(root, 'renderer'))).toBe('node_modules/zod');
  });

  it('count only of bundles that are packed, and whole packages beside them', () => {
    const files = [
      'out/main/main.cjs',
      'node_modules/koffi/package.json',
      'node_modules/koffi/index.cjs',
      'package.json',
    ];
    const bundled = { 'main/main.cjs': ['node_modules/zod'], 'main/demo.cjs': ['node_modules/busboy'] };
    expect(packagesIn(files, bundled)).toEqual(['node_modules/koffi', 'node_modules/zod']);
  });
});

describe('the licence gate', () => {
  const text = ['Copyright'];
  const one = (
    /** @type {string} */ name,
    /** @type {string} */ licence,
    /** @type {readonly string[]} */ texts = text,
  ) => refusedLicences([{ name, version: '1.0.0', licence, texts, kind: 'npm' }]);

  it('lets through what asks for nothing but to be named', () => {
    expect(one('a', 'MIT')).toEqual([]);
    expect(one('a', 'Zlib AND IJG AND BSD-3-Clause')).toEqual([]);
  });

  it('refuses any other, none, and one without its text', () => {
    expect(one('a', 'GPL-3.0-only')).toEqual(['a 1.0.0: GPL-3.0-only']);
    expect(one('a', 'MIT AND GPL-2.0-only')).toHaveLength(1);
    expect(one('a', '')).toEqual(['a 1.0.0: no licence is named']);
    expect(one('a', 'MIT', [])).toEqual(['a 1.0.0: MIT, whose text is not there']);
  });

  it('lets others through only for the packages that were looked at', () => {
    expect(one('@fontsource-variable/inter', 'OFL-1.1')).toEqual([]);
    expect(one('another-font', 'OFL-1.1')).toHaveLength(1);
    expect(one('libvips', 'LGPL-3.0-only')).toEqual([]);
    expect(one('another', 'LGPL-3.0-only')).toHaveLength(1);
  });
});

describe('the lists of what others wrote', () => {
  const components = componentsOf(['node_modules/wasm-vips', 'node_modules/saxes', 'node_modules/better-sqlite3']);
  const product = {
    name: 'gateway',
    version: '1.2.3',
    description: 'd',
    license: 'Apache-2.0',
    homepage: 'https://a.example',
  };
  const runtime = { electron: '45.0.0', chrome: '150.0.0.0' };

  it('name what is compiled into a package too', () => {
    expect(components.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['libvips', 'glib', 'sqlite', 'mozjpeg']),
    );
    const notices = noticesText(components, runtime);
    for (const words of ['GNU LESSER GENERAL PUBLIC LICENSE', 'Louis-Dominique Dubeau', 'Kleis Auke Wolthuizen'])
      expect(notices).toContain(words);
  });

  it('give the same bytes for the same content, and others for another', () => {
    const made = bill(product, components, runtime);
    expect(bill(product, components, runtime)).toBe(made);
    expect(bill({ ...product, version: '1.2.4' }, components, runtime)).not.toBe(made);
    const { components: listed, dependencies, serialNumber } = JSON.parse(made);
    expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(dependencies[0].dependsOn).toHaveLength(listed.length);
    expect(listed).toContainEqual(expect.objectContaining({ name: 'Chromium', version: '150.0.0.0' }));
  });
});

describe('a look at what was packed', () => {
  const bundled = { 'main/main.cjs': [] };

  it('finds what is missing, foreign, or not for those who get it', () => {
    const faults = faultsIn(
      [
        'out/main/main.cjs',
        'out/main/main.cjs.map',
        'out/main/demo.cjs',
        'resources/demo/index.json',
        'node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node',
      ],
      bundled,
      'linux-x64',
    );
    expect(faults).toEqual(
      expect.arrayContaining([
        'node_modules/koffi/src/koffi/src/static.cjs is missing',
        'node_modules/@koromix/koffi-linux-x64/linux_x64/koffi.node is missing',
        'the fonts are missing',
        'node_modules/@koromix/koffi-win32-x64/win32_x64/koffi.node is not for linux, or not needed',
        'out/main/main.cjs.map is a source map',
        "out/main/demo.cjs is the demo's",
        "resources/demo/index.json is the demo's",
        'out/main/demo.cjs: what is in it is not known',
      ]),
    );
  });
});

describe('the fuses', () => {
  it('are set as declared and read back, and another state is noticed', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'fuses-'));
    try {
      // The wire as it stands in an executable: sentinel, version, length, and one letter a fuse (@electron/fuses).
      const file = path.join(folder, 'electron');
      const wire = Buffer.from(`dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX\x01\x0810101000`, 'latin1');
      await writeFile(file, Buffer.concat([Buffer.alloc(100), wire, Buffer.alloc(100)]));
      await setFuses(file);
      expect(await wrongFuses(file)).toEqual([]);
      expect((await readFile(file)).subarray(134, 142).toString()).toBe('00001100');
      await flipFuses(file, { version: FuseVersion.V1, [FuseV1Options.RunAsNode]: true });
      expect(await wrongFuses(file)).toEqual(['RunAsNode']);
      expect(fuses.GrantFileProtocolExtraPrivileges).toBe(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('the packer of debs', () => {
  it('understands what electron-builder passes', () => {
    const { options, mappings } = readRequest(
      '-s dir --force -t deb -d libc6 -d libgbm1 --architecture amd64 --name=gateway --version 1.0.0 --maintainer M /a/=/opt/x /b=/usr/bin/y'.split(
        ' ',
      ),
    );
    expect(mappings).toEqual([
      { from: '/a/', to: '/opt/x' },
      { from: '/b', to: '/usr/bin/y' },
    ]);
    const words = new Map(options).set('description', ['Short\n long\n\n more']);
    expect(controlText(words, 12)).toBe(
      [
        'Package: gateway',
        'Version: 1.0.0',
        'Architecture: amd64',
        'Maintainer: M',
        'Installed-Size: 12',
        'Depends: libc6, libgbm1',
        'Description: Short',
        ' long',
        ' .',
        ' more',
        '',
      ].join('\n'),
    );
  });

  it('refuses what it does not understand', () => {
    expect(() => readRequest(['-t', 'deb', '--epoch', '1'])).toThrow('does not know --epoch');
    expect(() => readRequest(['-t', 'rpm'])).toThrow('nothing but debs');
    expect(() => readRequest(['-t', 'deb', 'word'])).toThrow('no place to install to');
  });

  it('is a program, as electron-builder wants one', async () => {
    expect(await readFile(inRoot('scripts', 'package', 'deb-packer.mjs'), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
  });
});
