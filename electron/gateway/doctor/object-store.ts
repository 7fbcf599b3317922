import { createHash, randomUUID } from 'node:crypto';
import type { ObjectStoreConfig } from '../../../shared/config.ts';
import { type Message, message } from '../../../shared/messages/message.ts';
import { meaningOfLoss } from '../cloud/acusight/connection-failures.ts';
import type { Exchange } from '../cloud/http/http-exchange.ts';
import { encodeKey } from '../cloud/s3/object-key.ts';
import { clockWrong, notStorage, storageKeyMissing } from '../cloud/s3/storage-failures.ts';
import { putMeaning } from '../cloud/s3/storage-outcome.ts';
import type { StorageRequests } from '../cloud/s3/storage-requests.ts';
import { type Finding, fault, finding } from './check.ts';

export type StoreFacts = {
  readonly store: ObjectStoreConfig;
  readonly accessKeyId: string | null;
  readonly secretAccessKey: string | null;
  /** As deliveries send them. */
  readonly requests: StorageRequests;
};

const probe = Buffer.from('test object of the site doctor of acusight-line-gateway, may be deleted\n');

/** Is the bucket there, may we write to it? Writes one small object of its own name and takes it away again. */
export async function checkObjectStore(facts: StoreFacts, signal: AbortSignal): Promise<Finding> {
  const { store, accessKeyId, secretAccessKey, requests } = facts;
  if (accessKeyId === null || secretAccessKey === null) return fault(storageKeyMissing.message);
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
  const { bucket, prefix } = store;
  if (removed.kind !== 'answer' || removed.status > 299)
    return finding(message('check-store-leftover', { bucket, object: key }), technicalOf(removed));
  const code = requests.refusesChecksums ? 'check-store-no-checksums' : 'check-store';
  return finding(message(code, { context: prefix === '' ? 'bucket' : 'prefix', bucket, prefix }));
}

const codeOf = (body: string): string => /<Code>([^<]{1,100})<\/Code>/.exec(body)?.[1] ?? '';

function technicalOf(answer: Exchange): string {
  if (answer.kind !== 'answer') return 'no answer';
  const words = /<Message>([^<]{1,300})<\/Message>/.exec(answer.body)?.[1] ?? '';
  return `HTTP ${answer.status} ${codeOf(answer.body)} ${words}`.trim();
}

function refusal(answer: Exchange, store: ObjectStoreConfig): Finding {
  if (answer.kind === 'lost') {
    const failure = meaningOfLoss(answer.error, false, 'storage');
    return fault(failure.message, failure.technical);
  }
  if (answer.kind === 'aborted') return fault(message('server-silent', { context: 'storage' }));
  return finding(meaningOfRefusal(answer.status, codeOf(answer.body), store), technicalOf(answer));
}

/** As deliveries say it; here it is known which bucket and region are meant. */
function meaningOfRefusal(status: number, code: string, { bucket, prefix, region }: ObjectStoreConfig): Message {
  const told = (what: Message): Message => message('check-fault', { what });
  if (code === 'NoSuchBucket' || status === 404)
    return told(message('storage-no-bucket', { context: 'named', bucket }));
  if (code === 'InvalidAccessKeyId') return message('check-store-key-unknown');
  if (code === 'SignatureDoesNotMatch') return message('check-store-signature', { region });
  if (code === 'RequestTimeTooSkewed') return told(clockWrong.message);
  if (status === 401 || status === 403) return message('check-store-forbidden', { bucket, prefix });
  if (status === 301 || status === 307 || code === 'AuthorizationHeaderMalformed')
    return told(message('storage-elsewhere', { context: 'named', region }));
  return told(status >= 500 ? message('storage-error', { status }) : notStorage.message);
}
