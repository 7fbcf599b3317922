import type { Annotation } from '../../../shared/annotation.ts';
import type { EntryError, ImageDetail, QueueFilter } from '../../../shared/contract.ts';
import { message } from '../../../shared/messages/message.ts';

/** An endless supply of made-up images, computed from their index so that a million cost nothing. Index 0 is the newest. */

const MINUTE = 60_000;

const errors: readonly Omit<EntryError, 'at'>[] = [
  {
    message: message('server-error', { status: 503 }),
    technical: '503 Service Unavailable',
  },
  {
    message: message('no-answer', { context: 'server' }),
    technical: 'UND_ERR_SOCKET other side closed',
  },
];

const refusalByCloud: Omit<EntryError, 'at'> = {
  message: message('too-large-for-cloud'),
  technical: '413 {"error":"file_too_large","message":"max 52428800 bytes"}',
};

const names = ['IMG', 'board', 'AOI_cam2', 'weld-seam', 'label'];
const strangeNames = [
  'Leiterplatte_Prüfung_Größe_Ñandú_長いファイル名のテスト画像_0001_äöüß_очень_длинное_имя_файла_с_камеры_номер_семь_final_FINAL_v2.jpg',
  'صورة_خط_الإنتاج_٧.png',
  '検査画像＿基板＿表面.jpg',
  'a.jpg',
  '🔥 hot plate 🔥 (copy) (copy) (copy).png',
];

const classes = ['scratch', 'solder bridge', 'missing component', 'dent', 'misaligned', 'ok'];

/** Repeatable and well spread: the same index gives the same fraction. */
const fraction = (index: number, salt: number): number => {
  const value = Math.sin(index * 12.9898 + salt * 78.233) * 43_758.5453;
  return value - Math.floor(value);
};

function boxes(index: number): Annotation[] {
  const many = index % 7 === 3 ? 0 : 1 + Math.floor(fraction(index, 1) * 5);
  return Array.from({ length: many }, (_, box) => {
    const width = 0.1 + fraction(index, box + 11) * 0.25;
    const height = 0.1 + fraction(index, box + 21) * 0.25;
    return {
      classValue: classes[Math.floor(fraction(index, box + 5) * classes.length)] ?? 'scratch',
      ...(box === 3 ? {} : { confidence: 0.5 + fraction(index, box + 31) * 0.5 }),
      xCenter: width / 2 + fraction(index, box + 41) * (1 - width),
      yCenter: height / 2 + fraction(index, box + 51) * (1 - height),
      width,
      height,
    };
  });
}

export type FakeWorld = {
  readonly now: number;
  readonly total: number;
  /** How many of the newest are not delivered yet. */
  readonly waiting: number;
  readonly retrying: number;
  readonly dead: number;
  readonly evicted: boolean;
  readonly strange: boolean;
  readonly lan: boolean;
  /** Widths and heights by serial number. */
  readonly sizes: readonly (readonly [number, number])[];
};

const matches = (world: FakeWorld, filter: QueueFilter, index: number): number | null => {
  const ranges: Readonly<Record<QueueFilter, readonly [number, number]>> = {
    all: [0, world.total],
    waiting: [0, world.waiting],
    retrying: [0, world.retrying],
    dead: [world.waiting, world.waiting + world.dead],
    acknowledged: [world.waiting + world.dead, world.total],
  };
  const [from, to] = ranges[filter];
  return from + index < to ? from + index : null;
};

/** The image at a place of a filtered list; null beyond its end. Serial numbers count from the oldest. */
export function fakeAt(world: FakeWorld, filter: QueueFilter, place: number): ImageDetail | null {
  const index = matches(world, filter, place);
  return index === null ? null : fakeImage(world, index);
}

export const fakeById = (world: FakeWorld, imageId: string): ImageDetail | null => {
  const index = world.total - Number(imageId.replace('img-', ''));
  return Number.isInteger(index) && index >= 0 && index < world.total ? fakeImage(world, index) : null;
};

function fakeImage(world: FakeWorld, index: number): ImageDetail {
  const serial = world.total - index;
  const [width, height] = world.sizes[serial % world.sizes.length] ?? [640, 480];
  const annotations = boxes(serial);
  const dead = index >= world.waiting && index < world.waiting + world.dead;
  const pending = index < world.waiting;
  const failing = index < world.retrying;
  const error = dead ? refusalByCloud : failing ? errors[index % 2] : undefined;
  const at = world.now - index * 1_700 - 4_000;
  const name = names[serial % names.length];
  return {
    imageId: `img-${serial}`,
    filename: world.strange
      ? (strangeNames[serial % strangeNames.length] ?? 'x.jpg')
      : `${name}_${String(serial).padStart(5, '0')}.${serial % 3 === 0 ? 'png' : 'jpg'}`,
    sourceId: serial % 4 === 0 ? 'press' : 'aoi',
    bytes: 180_000 + Math.floor(fraction(serial, 3) * 4_000_000),
    width,
    height,
    capturedAt: at - 900,
    storedAt: at,
    state: dead ? 'dead' : pending ? (index >= world.waiting - 3 && !failing ? 'leased' : 'pending') : 'acknowledged',
    ambiguous: failing && index % 2 === 1,
    stuck: failing && index % 5 === 4,
    duplicate: !pending && !dead && serial % 17 === 0,
    attempts: dead ? 1 : failing ? 1 + (index % 6) : pending ? 0 : 1,
    nextAttemptAt: failing ? world.now + 20_000 + index * 13_000 : null,
    acknowledgedAt: pending || dead ? null : at + 800,
    lastError: error === undefined ? null : { ...error, at: world.now - 2 * MINUTE },
    annotationCount: annotations.length,
    check: serial % 23 === 0 ? 'damaged' : index < 2 ? 'unchecked' : 'sound',
    sidecarProblem: serial % 13 === 0,
    sha256: Array.from({ length: 64 }, (_, digit) => Math.floor(fraction(serial, digit) * 16).toString(16)).join(''),
    format: serial % 3 === 0 ? 'png' : 'jpeg',
    originalPath: `/data/line-7/in/2026-11-21/${name}_${serial}.jpg`,
    orientation: 1,
    original: null,
    notes: [],
    captureOffsetMinutes: serial % 2 === 0 ? 60 : null,
    capturedFrom: serial % 2 === 0 ? 'exif' : 'file',
    frame: null,
    annotations,
    model: { name: 'pcb-defects', version: '3.2' },
    sidecar: serial % 13 === 0 ? null : { format: 'yolo', path: `/data/line-7/in/${name}_${serial}.txt` },
    sidecarProblems:
      serial % 13 === 0
        ? [message('sidecar-problem', { file: `${name}_${serial}.txt`, problem: 'line 3 has 4 numbers, expected 5' })]
        : [],
    checkDetail: serial % 23 === 0 ? 'ends after 61 % of its rows' : '',
    payloadPresent: !(world.evicted && !pending && !dead && serial % 2 === 0),
    serverImageId: pending || dead ? null : `b1946ac9-${serial}`,
    serverBatchId: null,
    objectKey: world.lan && !pending ? `raw-data/5f0c3a52-93b1-4d0e-8c57-${serial}_${name}_${serial}.jpg` : null,
  };
}
