import { message } from '../../../../../shared/messages/message.ts';
import type { CameraNote } from '../../camera/camera-device.ts';

/** What a GigE camera's stream has to tell beside its pictures. */
export const streamNotes = {
  surplus: (bytes: number): CameraNote => ({
    about: 'surplus-bytes',
    message: message('camera-surplus-bytes', { bytes }),
    isLoss: false,
  }),
  pieces: (packetSize: number, piece: number): CameraNote => ({
    about: 'packets-in-pieces',
    message: message('camera-packets-in-pieces', { packetSize, piece }),
    isLoss: false,
  }),
} as const;
