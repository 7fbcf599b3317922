const { parentPort } = require('node:worker_threads');

/** In the place of the decode worker: looks at no picture, and says so. */
parentPort.on('message', ({ id }) =>
  parentPort.postMessage({ id, kind: 'uncheckable', detail: 'no decoder in this test' }),
);
