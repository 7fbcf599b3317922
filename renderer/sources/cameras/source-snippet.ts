import type { FoundCamera } from '../../../shared/camera.ts';
import type { ConfigInput } from '../../../shared/config.ts';
import { sourceIdFor } from '../../format/file-name.ts';

type SourceInput = NonNullable<ConfigInput['sources']>[number];

/**
 * A source of the configuration for a found camera. `taken`: the ids that others have. `all`: the other cameras that
 * were found, for two of the same USB label are told apart by their device ids only.
 */
export function sourceFor(camera: FoundCamera, taken: readonly string[], all: readonly FoundCamera[]): SourceInput {
  const id = sourceIdFor((camera.userName || camera.model).replace(/[\\/]/g, '-'), taken, 'camera');
  const name = (camera.userName || camera.model).slice(0, 80);
  const named = name === '' ? { id } : { id, name };
  if (camera.kind === 'usb') {
    const sharing = all.filter(({ kind, model }) => kind === 'usb' && model === camera.model).length > 1;
    const device = camera.model === '' || sharing ? camera.id : camera.model;
    return { ...named, kind: 'usb', device: device.slice(0, 256), trigger: { mode: 'free-run' } };
  }
  // The serial number stays with the camera whatever network it is put into.
  const which = camera.serial !== '' ? { serial: camera.serial } : { address: camera.address };
  const place = camera.interface === '' ? {} : { interface: camera.interface };
  return { ...named, kind: 'gige', ...which, ...place, trigger: { mode: 'free-run' } };
}

/** The same as text, to be put into the list `sources` of the settings file. */
export const sourceSnippet = (camera: FoundCamera, taken: readonly string[], all: readonly FoundCamera[]): string =>
  JSON.stringify(sourceFor(camera, taken, all), null, 2);
