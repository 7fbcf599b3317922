import S3rver from '@20minutes/s3rver';

/**
 * An S3 server on loopback in a process of its own, for `npm run demo -- --lan`. Writes its address as one line of JSON;
 * ends when its standard input does, so that it never outlives the demo.
 */
const [directory = '', bucket = ''] = process.argv.slice(2);
const server = new S3rver({
  directory,
  silent: true,
  port: 0,
  address: '127.0.0.1',
  configureBuckets: [{ name: bucket, configs: [] }],
});
await server.configureBuckets();
const { port } = await server.run();
process.stdout.write(`${JSON.stringify({ endpoint: `http://127.0.0.1:${port}` })}\n`);
process.stdin.resume();
process.stdin.on('close', () => process.exit(0));
