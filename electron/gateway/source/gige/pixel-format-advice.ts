import { message, type ParamsOf } from '../../../../shared/messages/message.ts';
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
    message: message('camera-pixel-format', {
      format: named,
      ...(usable.length > 0 ? setTo(usable) : noneOf(offered)),
    }),
    isLoss: true,
  };
}

type Offer = Omit<ParamsOf<'camera-pixel-format'>, 'format'>;

function setTo(usable: readonly string[]): Offer {
  const context = usable.length > mostNamed ? 'many' : usable.length > 1 ? 'some' : 'one';
  return { context, offered: listed(usable) };
}

function noneOf(offered: readonly string[]): Offer {
  const context = offered.length > mostNamed ? 'unusable-many' : offered.length > 0 ? 'unusable' : 'none';
  return { context, offered: listed(offered) };
}

const listed = (names: readonly string[]): string => names.slice(0, mostNamed).join(', ');
