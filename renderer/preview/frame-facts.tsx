import type { ReactNode } from 'react';
import type { ImageDetail } from '../../shared/contract.ts';
import { formatCameraTime, formatExposure, formatTrigger } from '../format/frame.ts';
import { Fact } from './fact.tsx';

/** What a camera said of a frame, and what made it take it. */
export const FrameFacts = ({ frame }: { readonly frame: NonNullable<ImageDetail['frame']> }): ReactNode => (
  <>
    <Fact name="Trigger">{formatTrigger(frame)}</Fact>
    {frame.frameNumber !== null && <Fact name="Frame number">{frame.frameNumber}</Fact>}
    {frame.exposureMicroseconds !== null && <Fact name="Exposure">{formatExposure(frame.exposureMicroseconds)}</Fact>}
    {frame.cameraTimeNanoseconds !== null && (
      <Fact name="Camera clock">
        <span title={`${frame.cameraTimeNanoseconds} ns`}>{formatCameraTime(frame.cameraTimeNanoseconds)}</span>
      </Fact>
    )}
  </>
);
