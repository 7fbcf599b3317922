'use strict';
/**
 * Stands in the development runtime where a released Electron has its default application: `electron [switches] FOLDER
 * [-- flags]` runs the application in FOLDER, so that one runtime in the cache serves every checkout.
 */
const { readFileSync } = require('node:fs');
const path = require('node:path');
const { app } = require('electron');

const named = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (named === undefined) {
  process.stderr.write('usage: electron [switches] FOLDER [-- flags]\n');
  process.exit(2);
}
const folder = path.resolve(named);
const manifest = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));

process.defaultApp = true;
app.setName(manifest.productName || manifest.name);
app.setVersion(manifest.version || '0.0.0');
app.setAppPath(folder);
require(path.resolve(folder, manifest.main || 'index.js'));
