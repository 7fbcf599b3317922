import { baseName } from '../platform/names.ts';
import { contentKindOf, type FileContent } from './picture/content-kind.ts';

/*
 * Files in a watched folder that are neither pictures nor labels. Only what claims to be a picture is worth an alarm;
 * what labelling tools and trainers leave beside their pictures is not worth a word.
 */

/** Names that only pictures have, those in forms that are not taken among them. */
const PICTURE =
  /\.(?:jpe?g|jpe|jfif|pjpeg|png|apng|bmp|dib|tiff?|gif|webp|avif|hei[cf]|jp2|j2k|jpx|jxl|p[bgpn]m|exr|hdr|tga|psd|dng|cr[23w]|nef|arw|orf|raf|rw2|raw|svg|dcm)$/i;
const contentsOfPictures: ReadonlySet<FileContent> = new Set([
  'gif',
  'tiff',
  'jpeg-2000',
  'jpeg-xl',
  'photoshop',
  'webp',
  'avif',
  'heic',
  'bmp',
  'svg',
  'dicom',
]);

/** Files of CVAT, Darknet, Ultralytics, Roboflow, Label Studio, Supervisely, VoTT, Pascal VOC and others. */
const datasetFiles = [
  /^(?:obj|.*\.train|train)\.data$/i,
  /\.(?:data|cfg|names|cache|weights|pt|pth|onnx|tflite|pbtxt|tfrecords?|record|vott|ipynb|toml|ini)$/i,
  /^(?:train|training|val|valid|validation|test|testing|trainval|default)(?:\d{4})?\.txt$/i,
  /^(?:readme|license|licence|changelog|citation|notes?)(?:[._-].*)?$/i,
  /\.(?:md|rst|csv|tsv|parquet)$/i,
  /^(?:labelmap|label_map|key_id_map|meta|obj_class_to_machine_color|dataset_info|dataset_dict|state|manifest|hyp|args|opt)\.(?:txt|json|jsonl|ya?ml|prototxt)$/i,
  /\.(?:jsonl|prototxt)$/i,
];

/** Whether a file is one that labelling tools and trainers leave beside their pictures, by its name. */
export const isDatasetFile = (path: string): boolean => datasetFiles.some((pattern) => pattern.test(baseName(path)));

/** Whether a file claims to be a picture: by its name, or by the beginning of its content. */
export function claimsToBePicture(path: string, head: Buffer): boolean {
  if (PICTURE.test(path)) return true;
  const content = contentKindOf(head);
  return content !== null && contentsOfPictures.has(content);
}

/** Whether a file that is empty yet may become a picture. Some cameras write files without an ending. */
export const mayBecomePicture = (path: string): boolean => PICTURE.test(path) || !baseName(path).includes('.');
