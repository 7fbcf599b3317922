const { join } = require('node:path');
const { BroadcastChannel, workerData } = require('node:worker_threads');

/**
 * The built thread of the gateway, which falls when the test says so on a channel of its data folder's name: there is no
 * such way into the product's own.
 */
const orders = new BroadcastChannel(workerData.dataDir);
orders.onmessage = ({ data }) => {
  if (data === 'throw')
    setImmediate(() => {
      throw new Error('made to throw');
    });
  else if (data === 'exit') process.exit(0);
  else for (;;);
};
orders.unref();
// Not by a name that the import rules would look for before anything is built.
require(join(__dirname, '..', '..', 'out', 'main', 'gateway-worker.cjs'));
