import { AwsClient } from 'aws4fetch';
import { message } from '../../shared/messages/message.ts';
import { OperatorError } from '../gateway/platform/errors.ts';

/** `npm run demo -- --lan` starts an S3 server and says where: `<endpoint>/<bucket>`. */
const placeVariable = 'ACUSIGHT_DEMO_OBJECT_STORE';

/** The object storage of the demo's LAN mode: where it is, its key, and a look into it that is not the gateway's own. */
export type DemoStore = {
  readonly endpoint: string;
  readonly bucket: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly read: (key: string) => Promise<Buffer | null>;
};

/** Throws where the demo was not told of an object storage. */
export function demoStore(environment: Readonly<Record<string, string | undefined>>): DemoStore {
  const {
    [placeVariable]: place,
    ACUSIGHT_S3_ACCESS_KEY_ID: accessKeyId,
    ACUSIGHT_S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = environment;
  if (place === undefined || accessKeyId === undefined || secretAccessKey === undefined) {
    throw new OperatorError(message('demo-needs-store', { variable: placeVariable }), {
      operation: 'demo',
      disposition: 'bury',
    });
  }
  const cut = place.lastIndexOf('/');
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'us-east-1', retries: 0 });
  return {
    endpoint: place.slice(0, cut),
    bucket: place.slice(cut + 1),
    environment: { ACUSIGHT_S3_ACCESS_KEY_ID: accessKeyId, ACUSIGHT_S3_SECRET_ACCESS_KEY: secretAccessKey },
    read: async (key) => {
      const response = await client.fetch(`${place}/${key.split('/').map(encodeURIComponent).join('/')}`);
      return response.ok ? Buffer.from(await response.arrayBuffer()) : null;
    },
  };
}
