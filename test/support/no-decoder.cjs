const { parentPort } = require('node:worker_threads');

const detail = 'no decoder in this test';

/** In the place of the decode worker: looks at no picture, and says so; in what is not in order it finds no whole one. */
parentPort.on('message', ({ id, kind }) =>
  parentPort.postMessage({ id, kind: kind === 'judge' ? 'partial' : 'uncheckable', detail }),
);
