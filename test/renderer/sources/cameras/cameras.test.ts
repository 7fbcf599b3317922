import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CameraNumbers } from '../../../../renderer/sources/cameras/camera-numbers.tsx';
import { agoWords, dropsTotal, triggerReadiness } from '../../../../renderer/sources/cameras/camera-text.ts';
import { TriggerFace } from '../../../../renderer/sources/cameras/trigger-button.tsx';
import { triggeredBy, triggerKey } from '../../../../renderer/sources/cameras/trigger-keys.ts';
import { takePicture, useTriggers } from '../../../../renderer/sources/cameras/trigger-store.ts';
import { badgeOf } from '../../../../renderer/sources/source-badge.ts';
import { useNotice } from '../../../../renderer/view-state/notice-store.ts';
import { closeLive, openLive, show, useScreen } from '../../../../renderer/view-state/screen-store.ts';
import { message } from '../../../../shared/messages/message.ts';
import { levels } from '../../../../shared/messages/param-kinds.ts';
import { type SourceSnapshot, sourceStates } from '../../../../shared/snapshot.ts';
import { camera } from '../../../support/fake-gateway/fake-cameras.ts';
import { failureSaying } from '../../../support/spoken.ts';
import { cameraSource } from '../camera-source.ts';

afterEach(() => vi.unstubAllGlobals());

describe('a camera in words', () => {
  it('has a level and a word for each state, and no word twice', () => {
    const looks = sourceStates.map((state) => badgeOf({ state, kind: 'folder' }));
    for (const { level, word } of looks)
      expect([levels.includes(level), word]).toEqual([true, expect.stringMatching(/\S/)]);
    expect(new Set(looks.map(({ word }) => word)).size).toBe(sourceStates.length);
  });

  it('is not called a folder when it is missing', () => {
    expect(badgeOf({ state: 'missing', kind: 'gige' }).word).toBe('Not found');
    expect(badgeOf({ state: 'missing', kind: 'folder' }).word).toBe('Folder missing');
  });

  it('says why no picture can be taken, for every state in which none can', () => {
    for (const state of sourceStates) {
      const { ready, words } = triggerReadiness({ state });
      expect(ready).toBe(state === 'armed' || state === 'streaming');
      if (!ready) expect(words).toMatch(/^Not armed: \S/);
    }
  });

  it('never calls a frame of this second 0 s old', () => {
    expect([agoWords(0), agoWords(999), agoWords(1_000), agoWords(61_000)]).toEqual(['<1 s', '<1 s', '1 s', '1 min']);
  });

  it('counts lost frames of all causes, and names each cause', () => {
    const lost = (context: 'incomplete' | 'other', cause: string) => message('frames-lost', { context, cause });
    const lossy = camera({
      drops: [
        { cause: 'incomplete', message: lost('incomplete', 'incomplete'), frames: 9 },
        { cause: 'gremlins', message: lost('other', 'gremlins'), frames: 3 },
      ],
    });
    expect(dropsTotal(lossy)).toBe(12);
    const markup = renderToStaticMarkup(createElement(CameraNumbers, { camera: lossy }));
    expect(markup).toContain('Parts were lost in the network.');
    expect(markup).toContain('They were lost: gremlins.');
    expect(markup).toContain('aria-expanded="false"');
  });
});

describe('the key of a source', () => {
  const top = cameraSource('top', { trigger: 'software' });
  const side = cameraSource('side', { trigger: 'software' });
  const free = cameraSource('free', { trigger: 'free-run' });
  const press = (key: string, change: Partial<KeyboardEvent> = {}) =>
    ({ key, code: '', altKey: false, ctrlKey: false, metaKey: false, repeat: false, ...change }) as KeyboardEvent;

  it('is T for the only one, and a digit each for several, so that no key takes the wrong camera’s picture', () => {
    expect(triggerKey([free, top], 'top', null)).toBe('T');
    expect([triggerKey([top, side], 'top', null), triggerKey([top, side], 'side', null)]).toEqual(['Alt+1', 'Alt+2']);
    expect(triggerKey([free, top], 'free', null)).toBe('');
    expect(triggeredBy(press('t'), [top, side], null)).toBeUndefined();
  });

  it('is T for the camera in the live view, and for that one only', () => {
    expect(triggeredBy(press('T'), [top, side], 'side')?.id).toBe('side');
    expect(triggeredBy(press('t'), [top, free], 'free')).toBeUndefined();
    expect(triggeredBy(press('¡', { code: 'Digit1', altKey: true }), [top, side], 'side')?.id).toBe('top');
  });

  it('asks once, however long it is held, and leaves combinations to others', () => {
    expect(triggeredBy(press('t'), [top], null)?.id).toBe('top');
    expect(triggeredBy(press('t', { repeat: true }), [top], null)).toBeUndefined();
    expect(triggeredBy(press('t', { ctrlKey: true }), [top], null)).toBeUndefined();
  });
});

describe('taking a picture', () => {
  const expose = (invoke: (operation: string, request: unknown) => Promise<unknown>) =>
    vi.stubGlobal('window', { gateway: { invoke, subscribe: () => () => undefined } });
  const face = (state: SourceSnapshot['state'], burst = 1, shortcut = 'T') => {
    const source = cameraSource('Label reader', { burst }, { state });
    const rest = { phase: 'idle', linked: true, onPress: () => undefined } as const;
    return renderToStaticMarkup(createElement(TriggerFace, { source, shortcut, ...rest }));
  };

  it('is asked for once while the last request is not answered', async () => {
    const asked: unknown[] = [];
    let answer = (): void => undefined;
    expose(async (_operation, request) => {
      asked.push(request);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return { ok: true, value: {} };
    });
    const first = takePicture(cameraSource('top'));
    await takePicture(cameraSource('top'));
    expect(useTriggers.getState().top).toBe('asking');
    answer();
    await first;
    expect(asked).toEqual([{ sourceId: 'top' }]);
    expect(useTriggers.getState().top).toBe('asked');
  });

  it('is not asked for while the camera is not armed, and a refusal is said', async () => {
    const asked: unknown[] = [];
    const error = failureSaying('It is taken.', 'Wait.');
    expose(async (_operation, request) => {
      asked.push(request);
      return { ok: false, error };
    });
    await takePicture(cameraSource('lost', {}, { state: 'lost' }));
    expect(asked).toEqual([]);
    await takePicture(cameraSource('side'));
    expect(useNotice.getState().notice).toMatchObject({ kind: 'failed', text: 'It is taken.' });
    expect(useTriggers.getState().side).toBe('idle');
  });

  it('has a button that names its camera, its key, and why it cannot be pressed', () => {
    const armed = face('armed');
    expect(armed).toContain('Label reader');
    expect(armed).toContain('Key T');
    expect(armed).toContain('aria-keyshortcuts="T"');
    expect(armed).not.toContain('disabled=""');
    const lost = face('lost');
    expect(lost).toContain('disabled=""');
    expect(lost).toContain('Not armed: camera lost');
  });

  it('says on its button how many pictures it takes', () => {
    expect(face('armed')).toContain('Take picture<');
    expect(face('armed', 5)).toContain('Take 5 pictures<');
    expect(face('armed', 5, '')).not.toMatch(/\bone\b/);
  });
});

describe('the live view’s way back', () => {
  it('leads to the screen it was opened from', () => {
    show({ view: 'overview', live: null });
    openLive('top');
    expect(useScreen.getState()).toMatchObject({ view: 'cameras', live: { sourceId: 'top' } });
    openLive('side');
    closeLive();
    expect(useScreen.getState()).toMatchObject({ view: 'overview', live: null });
  });
});
