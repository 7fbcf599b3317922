import type { CameraSource } from '../../../renderer/sources/cameras/camera-text.ts';
import type { CameraSnapshot, Feature, FoundCamera, LiveFrame } from '../../../shared/camera.ts';
import type { SourceSnapshot } from '../../../shared/snapshot.ts';
import { camera, found } from '../../support/fake-gateway/fake-cameras.ts';
import { source } from '../../support/fake-gateway/scenario-base.ts';

/** Examples for tests of the cameras' screens. */

export const cameraSource = (
  id: string,
  facts: Partial<CameraSnapshot> = {},
  change: Omit<Partial<SourceSnapshot>, 'camera'> = {},
): CameraSource => ({ ...source(id, id, { kind: 'gige', state: 'armed', ...change }), camera: camera(facts) });

export const foundCamera = (change: Partial<FoundCamera> = {}): FoundCamera => found('00:11:1c:f0:42:7b', change);

export const feature = (name: string, change: Partial<Feature> = {}): Feature => ({
  name,
  displayName: name,
  category: ['Control'],
  kind: 'integer',
  access: 'read-write',
  visibility: 'beginner',
  tooltip: '',
  unit: '',
  value: 1,
  minimum: null,
  maximum: null,
  increment: null,
  choices: [],
  ...change,
});

export const liveFrame = (number: number, change: Partial<LiveFrame> = {}): LiveFrame => ({
  number,
  at: 0,
  width: 640,
  height: 480,
  focus: 100,
  histogram: Array.from({ length: 64 }, () => 1 / 64),
  overexposed: 0,
  underexposed: 0,
  ...change,
});
