import { legacy } from '../../../../shared/messages/message.ts';
import { pixelFormatName, pixelFormatOf } from '../../model/pixel-format.ts';
import type { CameraNote } from '../camera/camera-device.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { isRefusal } from './gige-trigger.ts';

const feature = 'PixelFormat';
const mostNamed = 12;

/** Says of each pixel format that can't be made into a picture what to do about it. */
export class FormatAdvice {
  readonly #map: NodeMap;
  readonly #tell: (note: CameraNote) => void;
  readonly #asked = new Map<number, Promise<CameraNote>>();

  constructor(map: NodeMap, tell: (note: CameraNote) => void) {
    this.#map = map;
    this.#tell = tell;
  }

  /** For each picture of that format: the camera is asked once. One that is gone meanwhile is noticed elsewhere. */
  give(pixelFormat: number): void {
    const advice = this.#asked.get(pixelFormat) ?? pixelFormatAdvice(this.#map, pixelFormat);
    this.#asked.set(pixelFormat, advice);
    void advice.then(this.#tell).catch(() => this.#asked.delete(pixelFormat));
  }
}

/** A pixel format that can't be made into a picture: what the camera has instead that can. Rejects when it is gone. */
async function pixelFormatAdvice(map: NodeMap, code: number): Promise<CameraNote> {
  const entries = map.description.nodes.get(feature)?.entries ?? [];
  const offered = await map.choices(feature).catch((error: unknown) => {
    if (isRefusal(error)) return entries.map(({ name }) => name);
    throw error;
  });
  const codeOf = (name: string): number => Number(entries.find((entry) => entry.name === name)?.value ?? 0n);
  const usable = offered.filter((name) => pixelFormatOf(codeOf(name)) !== null);
  const own = entries.find(({ value }) => Number(value) === code)?.name;
  const named = own === undefined ? pixelFormatName(code) : `${own} (${pixelFormatName(code)})`;
  return {
    about: `pixel-format ${code}`,
    message: legacy(
      `The camera sends the pixel format ${named}, which can’t be made into a picture.`,
      usable.length > 0 ? setTo(usable) : noneOf(offered),
    ),
    isLoss: true,
  };
}

function setTo(usable: readonly string[]): string {
  if (usable.length === 1) return `Set its PixelFormat to ${usable[0]}.`;
  return `Set its PixelFormat to one of these that it offers: ${listed(usable)}.`;
}

function noneOf(offered: readonly string[]): string {
  const others = offered.length === 0 ? '' : `Of what it offers (${listed(offered)}) nothing can be. `;
  return `${others}Ask its maker for a format such as Mono8, BayerRG8 or RGB8.`;
}

function listed(names: readonly string[]): string {
  return names.slice(0, mostNamed).join(', ') + (names.length > mostNamed ? ' and others' : '');
}
