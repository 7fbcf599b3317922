import { message } from '../../../../shared/messages/message.ts';
import { describeCause, OperatorError } from '../../platform/errors.ts';
import { CameraError } from '../camera/camera-device.ts';
import { cameraError } from '../camera/camera-errors.ts';
import { GvcpError } from './gvcp/gvcp-error.ts';

/** Whatever went wrong with a connected camera, as a trouble. A `CameraError` stays what it is. */
export function gigeTrouble(error: unknown): CameraError {
  if (error instanceof CameraError) return error;
  if (error instanceof OperatorError) {
    if (error.code === 'camera-memory' && error.cause !== undefined) return gigeTrouble(error.cause);
    const { said, technical } = error;
    return cameraError('failed', { said, technical, cause: error });
  }
  if (error instanceof GvcpError) {
    const { refusal, technical } = error;
    // Nobody answered, or we asked no more.
    if (refusal === null) return cameraError('lost', { technical, cause: error });
    if (error.code === 'access-denied') return cameraError('taken', { technical, cause: error });
    return cameraError('failed', { said: message('camera-refused', { why: refusal }), technical, cause: error });
  }
  return cameraError('failed', {
    said: message('camera-failed', { context: 'by', reason: describeCause(error) }),
    cause: error,
  });
}
