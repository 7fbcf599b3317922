import { legacy } from '../../../../../shared/messages/message.ts';
import type { CameraNote } from '../../camera/camera-device.ts';

/** What a GigE camera's stream has to tell beside its pictures. */
export const streamNotes = {
  surplus: (bytes: number): CameraNote => ({
    about: 'surplus-bytes',
    message: legacy(
      `The camera sends more than its picture: ${bytes} bytes behind it were left out.`,
      'The pictures are whole. If the camera has chunk data, switch on ChunkModeActive to have it read.',
    ),
    isLoss: false,
  }),
  pieces: (packetSize: number, piece: number): CameraNote => ({
    about: 'packets-in-pieces',
    message: legacy(
      `The camera’s packets of ${packetSize} bytes arrive in pieces: something on the way takes at most ${piece}.`,
      `Each lost piece costs a packet. Set packetSize of this source to ${piece}.`,
    ),
    isLoss: false,
  }),
} as const;
