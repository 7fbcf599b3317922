import type { FeatureValue } from '../../../../shared/camera.ts';
import { describeCause } from '../../platform/errors.ts';
import { CameraError, type CameraFeatures } from './camera-device.ts';

export type Setting = { readonly name: string; readonly value: FeatureValue };
export type RefusedSetting = { readonly name: string; readonly text: string };

/**
 * Sets them in their order. What was refused is tried again after the others, as long as that helps: a width may only
 * fit once the offset behind it in the list is set. Answers with what was refused for good, and why. Rejects when the
 * camera is gone.
 */
export async function applySettings(
  features: CameraFeatures,
  settings: readonly Setting[],
): Promise<readonly RefusedSetting[]> {
  let open = settings;
  for (;;) {
    const refused: (Setting & RefusedSetting)[] = [];
    for (const setting of open) {
      try {
        await features.set(setting.name, setting.value);
      } catch (error) {
        if (isGone(error)) throw error;
        refused.push({ ...setting, text: error instanceof Error ? error.message : describeCause(error) });
      }
    }
    if (refused.length === 0 || refused.length === open.length)
      return refused.map(({ name, text }) => ({ name, text }));
    open = refused;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof CameraError && error.trouble !== 'setting-refused';
}
