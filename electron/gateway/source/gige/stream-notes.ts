import type { CameraNote } from '../camera/camera-device.ts';

/** What a GigE camera's stream has to tell beside its pictures. */
export const streamNotes = {
  surplus: (bytes: number): CameraNote => ({
    about: 'surplus-bytes',
    text: `The camera sends more than its picture: ${bytes} bytes behind it were left out.`,
    hint: 'The pictures are whole. If the camera has chunk data, switch on ChunkModeActive to have it read.',
    isLoss: false,
  }),
} as const;
