import { join } from 'node:path';
import type { Selection } from '../../shared/contract.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { exportDeadLetters } from './maintenance/export-dead-letters.ts';
import type { PictureFormat } from './model/image.ts';
import type { GapList } from './store/label-gaps.ts';
import type { GatewayParts } from './wiring/gateway-parts.ts';

export type ShellCalls = ReturnType<typeof makeShellCalls>;

/**
 * What the program around the core asks of it for itself, and no window may: places of files, pictures for the app's own
 * protocol, a folder that a dialog has chosen. It crosses to the core's thread as operations do; a name without a dot is
 * none of the contract's. All types are inferred from here: a new call needs its line here and its caller.
 */
export function makeShellCalls({ config }: GatewayOptions, { store, checker, cameras, intakes }: GatewayParts) {
  const { catalogue, payloads, files, deadLetters, labelGaps } = store;
  const locate = (found: { readonly sourceId: string; readonly path: string } | null): string | null => {
    const source = found === null ? null : intakes.find(found.sourceId)?.config;
    return found !== null && source?.kind === 'folder' ? join(source.path, found.path) : null;
  };
  return {
    /** The small picture's file; null where there is none. `isLooked`: it is on the stage, and not in a list. */
    preview: async ({ imageId, isLooked }: { imageId: string; isLooked: boolean }): Promise<string | null> => {
      const payload = catalogue.payloadOf(imageId);
      if (payload === null) return null;
      return checker.preview(payload.sha256, payload.format, payload.orientation, isLooked);
    },
    /** The stored picture's file; null when there is no such image or its payload was removed. */
    original: ({ imageId }: { imageId: string }): { path: string; format: PictureFormat } | null => {
      const payload = catalogue.payloadOf(imageId);
      if (payload === null || !payload.present) return null;
      return { path: payloads.pathOf(payload.sha256, payload.format), format: payload.format };
    },
    /** A JPEG; null where it is gone already. */
    livePicture: ({ sourceId, number }: { sourceId: string; number: number }) => cameras.livePicture(sourceId, number),
    /** Where the original lay when it was collected. */
    originalLocation: ({ imageId }: { imageId: string }) => locate(catalogue.originalOf(imageId)),
    refusalLocation: ({ id }: { id: number }) => locate(files.refusal(id)),
    /** Copies pictures, annotations and reasons to a folder. Answers how many pictures are there. */
    exportDeadLetters: ({ selection, folder }: { selection: Selection; folder: string }) =>
      exportDeadLetters(deadLetters, payloads, config.cloud.deviceId, selection, folder),
    /** What this run left without labels: how many, and the first of them. */
    labelGaps: ({ limit }: { limit: number }): { pictures: GapList; labels: GapList } => {
      const listed = labelGaps.labels(limit);
      const waiting = intakes.unmatchedSidecars(limit);
      return {
        pictures: labelGaps.pictures(limit),
        labels: { count: listed.count + waiting.count, first: [...listed.first, ...waiting.first].slice(0, limit) },
      };
    },
  };
}
