import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { ImageFacts } from '../../../renderer/preview/image-facts.tsx';
import { originalFile } from '../../../renderer/preview/original-file.ts';
import type { FrameFacts } from '../../../shared/camera.ts';
import { type FakeWorld, fakeAt } from '../../support/fake-gateway/fake-images.ts';
import { source } from '../../support/fake-gateway/scenario-base.ts';

const frame: FrameFacts = {
  trigger: 'software',
  triggeredBy: 'window',
  frameNumber: 1,
  exposureMicroseconds: null,
  cameraTimeNanoseconds: null,
};
const world: FakeWorld = {
  now: 1_000_000,
  total: 1,
  waiting: 0,
  retrying: 0,
  dead: 0,
  evicted: false,
  strange: false,
  lan: false,
  sizes: [[640, 480]],
};
const folder = (afterIngest: 'keep' | 'archive' | 'delete') => source('press', 'Press', { afterIngest });
const file = { frame: null, originalPath: 'shift 1/a.jpg' };

describe('the original of a picture', () => {
  it('is there to be shown while its folder keeps originals', () => {
    expect(originalFile(file, folder('keep'))).toEqual({ path: 'shift 1/a.jpg', words: '', isThere: true });
  });

  it('is not offered where it was dealt with, or its folder is no source: the words say so', () => {
    for (const [one, words] of [
      [folder('archive'), 'archive'],
      [folder('delete'), 'deletes'],
      [undefined, 'not among the sources'],
      [source('press', 'Press', { kind: 'gige' }), 'not among the sources'],
    ] as const) {
      const original = originalFile(file, one);
      expect(original).toMatchObject({ path: 'shift 1/a.jpg', isThere: false });
      expect(original.words).toContain(words);
    }
  });

  it('never was, for a camera’s picture: nothing is offered, whatever its source is now', () => {
    for (const one of [folder('keep'), source('press', 'Press', { kind: 'gige' }), undefined]) {
      const original = originalFile({ frame, originalPath: '' }, one);
      expect(original).toMatchObject({ path: '', isThere: false, words: expect.stringContaining('a camera took it') });
    }
    expect(originalFile({ frame: null, originalPath: '' }, folder('keep')).isThere).toBe(false);
  });

  it('of a camera stands among the picture’s facts as none, without a button', () => {
    const image = fakeAt(world, 'all', 0);
    if (image === null) throw new Error('the world is empty');
    const markup = renderToStaticMarkup(createElement(ImageFacts, { image: { ...image, frame, originalPath: '' } }));
    expect(markup).toContain('None: a camera took it');
    expect(markup).not.toContain('<button');
  });
});
