import { createHash, randomUUID } from 'node:crypto';
import type { ObjectStoreConfig } from '../../../shared/config.ts';
import { meaningOfLoss } from '../cloud/acusight/connection-failures.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { storagePeer } from '../cloud/http/peers.ts';
import { encodeKey } from '../cloud/s3/object-key.ts';
import { putMeaning } from '../cloud/s3/storage-outcome.ts';
import type { StorageRequests } from '../cloud/s3/storage-requests.ts';
import { type Finding, fault, fine, warning } from './check.ts';

export type StoreFacts = {
  readonly store: ObjectStoreConfig;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  /** As deliveries send them. */
  readonly requests: StorageRequests;
};

const probe = Buffer.from('Acusight Line Gateway, site doctor: this object may be deleted.\n');

/** Is the bucket there, may we write to it? Writes one small object of its own name and takes it away again. */
export async function checkObjectStore(facts: StoreFacts, signal: AbortSignal): Promise<Finding> {
  const { store, accessKeyId, secretAccessKey, requests } = facts;
  if (accessKeyId === null || secretAccessKey === null) {
    return fault(
      'The access key of the object storage is missing.',
      'Enter it in the window, or set ACUSIGHT_S3_ACCESS_KEY_ID and ACUSIGHT_S3_SECRET_ACCESS_KEY.',
    );
  }
  const accessKey = { accessKeyId, secretAccessKey };
  const head = await requests.send(accessKey, { method: 'HEAD', resource: '', signal });
  // An answer to HEAD has no body that could say why; and without the right to list, a bucket answers 403 although
  // pictures may be put in it. So the PUT decides, unless there is nothing to put it in.
  if (head.kind !== 'answer' || head.status === 404 || head.status >= 500) return refusal(head, store);
  const key = `${store.prefix}acusight-doctor-${randomUUID()}`;
  const sha256 = createHash('sha256').update(probe).digest('hex');
  const object = { key, contentType: 'text/plain', sha256 };
  const put = await requests.put(accessKey, object, { kind: 'bytes', bytes: probe }, { signal });
  if (putMeaning(put, 0).kind !== 'stored') return refusal(put, store);
  const removed = await requests.send(accessKey, { method: 'DELETE', resource: `/${encodeKey(key)}`, signal });
  if (removed.kind !== 'answer' || removed.status > 299) {
    return warning(
      `Pictures can be put in the bucket ${store.bucket}; the small test object ${key} could not be deleted again.`,
      'Nothing to do: the gateway never deletes objects. Delete the test object by hand if it is in the way.',
      technicalOf(removed),
    );
  }
  const where = `Pictures can be put in the bucket ${store.bucket}${store.prefix === '' ? '' : `, below ${store.prefix}`}`;
  return requests.refusesChecksums
    ? fine(`${where}; without the header x-amz-checksum-sha256, which this storage refuses.`)
    : fine(`${where}.`);
}

const codeOf = (body: string): string => /<Code>([^<]{1,100})<\/Code>/.exec(body)?.[1] ?? '';

function technicalOf(answer: Exchange): string {
  if (answer.kind !== 'answer') return 'no answer';
  const message = /<Message>([^<]{1,300})<\/Message>/.exec(answer.body)?.[1] ?? '';
  return `HTTP ${answer.status} ${codeOf(answer.body)} ${message}`.trim();
}

function refusal(answer: Exchange, { bucket, prefix, region }: ObjectStoreConfig): Finding {
  if (answer.kind === 'lost') {
    const { text, hint, technical } = meaningOfLoss(answer.error, false, storagePeer);
    return fault(text, hint, technical);
  }
  if (answer.kind === 'aborted') {
    return fault(
      'The object storage does not answer.',
      'Check the object storage and what lies between it and this PC.',
    );
  }
  const { status } = answer;
  const code = codeOf(answer.body);
  const technical = technicalOf(answer);
  if (code === 'NoSuchBucket' || status === 404) {
    return fault(
      `The object storage has no bucket ${bucket}.`,
      'Check cloud.objectStore.bucket and endpoint, or have the bucket made. Buckets are addressed by path: <endpoint>/<bucket>.',
      technical,
    );
  }
  if (code === 'InvalidAccessKeyId') {
    return fault(
      'The object storage does not know the access key id.',
      'Enter the access key again, both parts.',
      technical,
    );
  }
  if (code === 'SignatureDoesNotMatch') {
    return fault(
      'The object storage refuses our signature: the secret access key is wrong, or a proxy changes the request.',
      `Enter the access key again, both parts, and check that cloud.objectStore.region (${region}) is that of the server. If they are right, a proxy before the storage must leave the Host header and the path as they are (nginx: proxy_set_header Host $http_host).`,
      technical,
    );
  }
  if (code === 'RequestTimeTooSkewed') {
    return fault(
      'The clocks of this PC and of the object storage differ by more than 15 minutes.',
      'Let the operating system set the clock of this PC by itself (NTP), and check that of the object storage.',
      technical,
    );
  }
  if (status === 401 || status === 403) {
    return fault(
      `The access key may not put pictures in the bucket ${bucket}.`,
      `Ask the storage’s administrator to allow PutObject on ${bucket}/${prefix}* for this access key.`,
      technical,
    );
  }
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed') {
    return fault(
      'The object storage sends us elsewhere: the region is another, or the address is not that of an S3 server.',
      `Check cloud.objectStore.region (${region}) and endpoint.`,
      technical,
    );
  }
  if (status >= 500) {
    return fault(
      `The object storage has an error of its own (${status}).`,
      'Ask the storage’s administrator to look at it: it may be full.',
      technical,
    );
  }
  return fault(
    'What answers there is no S3 object storage.',
    'Check cloud.objectStore.endpoint and its port: the S3 interface often has another port than the web console.',
    technical,
  );
}
