import { type Answer, invalid, Refusal } from './answers.ts';
import { storedAnswer } from './identifiers.ts';
import type { Spool } from './payload-folder.ts';
import type { DeviceRecord, ImageDraft } from './records.ts';
import { parseJson, readJson } from './request-body.ts';
import { notifySchema, parsed, type UploadMetadata, uploadMetadataSchema } from './request-schema.ts';
import type { Call, Endpoint, Prepared, Services } from './services.ts';
import { type ReceivedImage, receiveForm } from './upload-form.ts';

/** The two ways in for a picture: its bytes (cloud mode), or the notice that they lie in the object storage (LAN mode). */

/** What a form has besides its picture: boundaries, part headers and the metadata. */
const FORM_OVERHEAD_BYTES = 2 << 20;
const MAX_KEY_LENGTH = 255;

type CheckedImage = ReceivedImage & { readonly info: NonNullable<ReceivedImage['info']> };

async function upload(call: Call): Promise<Prepared> {
  const { options, payloads } = call.services;
  const device = deviceOf(call);
  const key = idempotencyKey(call);
  refuseTooLarge(Number(call.request.headers['content-length'] ?? 0) - FORM_OVERHEAD_BYTES, options.maxImageBytes);
  const spool = options.store === 'bytes' ? payloads.spool() : null;
  try {
    const rules = { maxImageBytes: options.maxImageBytes, hashing: options.store !== 'discard', spool };
    const form = await receiveForm(call.body, call.request.headers, rules);
    const image = checkedImage(form.image, options.maxImageBytes);
    const metadata =
      form.metadata === null ? {} : parsed(uploadMetadataSchema, parseJson(form.metadata, 'metadata'), 'metadata');
    compare(metadata, image);
    const draft = uploadDraft(device, image, metadata, key);
    return {
      commit: () => commit(call.services, draft, () => keep(spool, image), spool),
      abandon: async () => spool?.discard(),
    };
  } catch (error) {
    await spool?.discard();
    throw error;
  }
}

async function notify(call: Call): Promise<Prepared> {
  const device = deviceOf(call);
  const key = idempotencyKey(call);
  const value = await readJson(call.body, call.request.headers['content-type']);
  const notice = parsed(notifySchema, value, 'the body');
  const draft: ImageDraft = {
    deviceId: device.deviceId,
    via: 'notify',
    filename: notice.filename,
    bytes: null,
    sha256: notice.sha256?.toLowerCase() ?? null,
    format: null,
    width: notice.width,
    height: notice.height,
    storageKey: notice.storage_key,
    clientImageId: notice.client_image_id ?? key,
    idempotencyKey: key,
    metadata: notice,
  };
  return { commit: () => commit(call.services, draft, async () => null, null) };
}

async function commit(
  services: Services,
  draft: ImageDraft,
  keepPayload: () => Promise<string | null>,
  spool: Spool | null,
): Promise<Answer> {
  try {
    return storedAnswer(services.options.answers, await services.ledger.commit(draft, keepPayload));
  } finally {
    // After a replay nothing was kept; after a commit there is nothing left to discard.
    await spool?.discard();
  }
}

async function keep(spool: Spool | null, { sha256, info }: CheckedImage): Promise<string | null> {
  if (spool === null || sha256 === null) return null;
  return spool.keep(sha256, info.format === 'jpeg' ? 'jpg' : 'png');
}

function uploadDraft(
  device: DeviceRecord,
  image: CheckedImage,
  metadata: UploadMetadata,
  key: string | null,
): ImageDraft {
  return {
    deviceId: device.deviceId,
    via: 'upload',
    filename: metadata.filename ?? image.filename,
    bytes: image.bytes,
    sha256: image.sha256,
    format: image.info.format,
    width: metadata.width ?? image.info.width,
    height: metadata.height ?? image.info.height,
    storageKey: null,
    clientImageId: metadata.client_image_id ?? key,
    idempotencyKey: key,
    metadata,
  };
}

function checkedImage(image: ReceivedImage | null, maxBytes: number): CheckedImage {
  if (image === null) throw invalid('image is required');
  refuseTooLarge(image.bytes, maxBytes);
  if (image.info === null) throw invalid('image: the content is neither a JPEG nor a PNG picture');
  return { ...image, info: image.info };
}

function refuseTooLarge(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Refusal(413, 'Image too large', `image is larger than ${maxBytes} bytes`);
}

/** What the metadata says about the picture must be so. */
function compare(metadata: UploadMetadata, { sha256, info }: CheckedImage): void {
  const { width = info.width, height = info.height } = metadata;
  const isStored = width === info.width && height === info.height;
  // EXIF data may turn a picture on its side; what is said may be of the picture as people see it.
  const isTurned = width === info.height && height === info.width;
  if (!isStored && !isTurned) {
    const side = width === info.width ? 'height' : 'width';
    throw invalid(`${side} is ${metadata[side]}, but the image's is ${info[side]}`);
  }
  if (sha256 !== null && metadata.sha256 !== undefined && metadata.sha256.toLowerCase() !== sha256) {
    throw invalid(`sha256 is not that of the received image, which is ${sha256}`);
  }
}

function deviceOf({ device }: Call): DeviceRecord {
  if (device === null) throw new Error('an endpoint for devices was called without one');
  return device;
}

function idempotencyKey({ request }: Call): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key !== 'string' || key === '' || key.length > MAX_KEY_LENGTH) {
    throw invalid(`Idempotency-Key must have 1 to ${MAX_KEY_LENGTH} characters`);
  }
  return key;
}

export const imageEndpoints: readonly Endpoint[] = [
  {
    name: 'upload',
    method: 'POST',
    path: /^\/device\/images\/upload$/,
    access: 'approved',
    errorForm: 'envelope',
    prepare: upload,
  },
  {
    name: 'notify',
    method: 'POST',
    path: /^\/data\/agent\/images\/notify$/,
    access: 'approved',
    errorForm: 'strings',
    prepare: notify,
  },
];
