import type { CameraFeatures } from '../camera/camera-device.ts';
import type { Description } from '../genicam/description/description.ts';
import { parseDescription } from '../genicam/description/description.ts';
import { fetchXml, parseXmlLocation, type XmlSources } from '../genicam/description/xml-location.ts';
import type { NodeMap } from '../genicam/node-map.ts';
import { gigeMemory } from './gige-memory.ts';
import { isRefusal } from './gige-trigger.ts';
import { decodeText, registers, urlBytes } from './gvcp/bootstrap.ts';
import type { ControlChannel } from './gvcp/control-channel.ts';

/** The camera's own description, from one of the two places that it names. */
export async function readDescription(
  channel: ControlChannel,
  sources: Omit<XmlSources, 'port'>,
): Promise<Description> {
  const port = gigeMemory(channel, 'memory');
  const read = async (register: number): Promise<Description> => {
    const location = parseXmlLocation(decodeText(await channel.readMemory(register, urlBytes)));
    return parseDescription(await fetchXml(location, { ...sources, port }));
  };
  try {
    return await read(registers.firstUrl);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return await read(registers.secondUrl).catch((second: unknown) => {
      // The first place is the usual one, and what is wrong with it says more; unless the camera is gone.
      throw isRefusal(second) ? error : second;
    });
  }
}

/** It is 1 only while pictures are taken. */
const lockless: ReadonlyMap<string, bigint> = new Map([['TLParamsLocked', 0n]]);

/** @param changed called after each change; `inWords` makes a `CameraError` of what means that the camera is gone. */
export function gigeFeatures(map: NodeMap, changed: () => void, inWords: (error: unknown) => unknown): CameraFeatures {
  const worded = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw isRefusal(error) ? error : inWords(error);
    }
  };
  return {
    list: () => worded(map.features(lockless)),
    set: async (name, value) => {
      await worded(map.set(name, value));
      changed();
    },
    execute: async (name) => {
      await worded(map.execute(name));
      changed();
    },
  };
}

/** The first of these features that can be read now; null where none can. */
export async function firstNumber(map: NodeMap, names: readonly string[]): Promise<number | null> {
  for (const name of names) {
    if (!map.has(name)) continue;
    try {
      const value = await map.float(name);
      if (Number.isFinite(value) && value > 0) return value;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  return null;
}

export async function textOf(map: NodeMap, name: string): Promise<string | null> {
  if (!map.has(name)) return null;
  try {
    return String(await map.get(name));
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}
