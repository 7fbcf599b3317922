import { MutationObserver, QueryClientProvider, QueryObserver } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { requests } from '../../../../renderer/gateway/requests.ts';
import { FeatureRow } from '../../../../renderer/sources/features/feature-row.tsx';
import { featureOrder, featuresOf, settingsOrder } from '../../../../renderer/sources/features/feature-store.ts';
import {
  accessWords,
  categoryWords,
  formatNumber,
  parseNumber,
  rangeWords,
  stepped,
  valueWords,
} from '../../../../renderer/sources/features/feature-text.ts';
import { featureTree } from '../../../../renderer/sources/features/feature-tree.ts';
import type { Feature, FeatureValue } from '../../../../shared/camera.ts';
import { legacy } from '../../../../shared/messages/message.ts';
import { fakeFeatures } from '../../../support/fake-gateway/fake-features.ts';
import { failureSaying } from '../../../support/spoken.ts';
import { feature } from '../camera-source.ts';

describe('settings in words', () => {
  it('say range, unit and step', () => {
    const width = feature('Width', { minimum: 16, maximum: 1936, increment: 16, unit: 'px' });
    expect(rangeWords(width)).toBe('16 to 1936 px, in steps of 16');
    expect(rangeWords({ ...width, increment: 1, maximum: null })).toBe('At least 16 px');
    const exposure = feature('Exposure', { kind: 'float', minimum: 34.5, maximum: 10_000_000.25, unit: 'µs' });
    expect(rangeWords(exposure)).toBe('34.5 to 10\u202f000\u202f000 µs');
    expect(parseNumber('10\u202f000')).toBe(10_000);
    expect(rangeWords(feature('Name', { kind: 'string', minimum: 1 }))).toBe('');
  });

  it('read numbers as people type them, and nothing else', () => {
    expect(['12', ' 0.5 ', '0,5', '-3', '−3', '0x1F', '1e3', '.5'].map(parseNumber)).toEqual([
      12, 0.5, 0.5, -3, -3, 31, 1000, 0.5,
    ]);
    expect(['', 'abc', '1,000.5', '1 2', 'Infinity', '1e999', '0x', '--1'].map(parseNumber)).toEqual(
      Array.from({ length: 8 }, () => null),
    );
    expect([4_000, 41.643_219_87, 0.1 + 0.2, 4_294_967_295].map(formatNumber)).toEqual([
      '4000',
      '41.64322',
      '0.3',
      '4294967295',
    ]);
  });

  it('step by the camera’s own step, within its range, without the noise of binary fractions', () => {
    const width = feature('Width', { value: 32, minimum: 16, maximum: 48, increment: 16 });
    expect([stepped(width, 32, 1), stepped(width, 48, 1), stepped(width, 16, -1)]).toEqual([48, 48, 16]);
    const gain = feature('Gain', { kind: 'float', value: 0.3, minimum: 0, maximum: 24 });
    expect(stepped(gain, 0.3, 1)).toBe(0.31);
    const exposure = feature('Exposure', { kind: 'float', value: 4_000, minimum: 34, maximum: 1e7 });
    expect(stepped(exposure, 4_000, 1)).toBe(4_100);
  });

  it('name access and values', () => {
    expect(accessWords(feature('x', { access: 'read' }))).toBe('Read only');
    expect(accessWords(feature('x', { access: 'none' }))).toBe('Not available now');
    expect(accessWords(feature('x', { access: 'write' }))).toBe('Can be set, not read');
    expect(valueWords(feature('x', { kind: 'boolean', value: true }))).toBe('On');
    expect(valueWords(feature('x', { value: null }))).toBe('Not readable');
    expect(['ImageFormatControl', 'LUTControl', 'GigEVision', 'Analog'].map(categoryWords)).toEqual([
      'Image format control',
      'LUT control',
      'GigE vision',
      'Analog',
    ]);
  });
});

describe('the tree of settings', () => {
  const all = [
    feature('Width', { category: ['Format'] }),
    feature('Test', { category: ['Format', 'Test'], visibility: 'expert', tooltip: 'A moving ramp' }),
    feature('Lut', { category: [], visibility: 'guru' }),
    feature('Secret', { visibility: 'invisible' }),
  ];

  it('shows a level those of the ones before it, and says what it hides', () => {
    expect(featureTree(all, 'beginner', '')).toMatchObject({ found: 1, hidden: 2, hiddenAt: 'expert' });
    const guru = featureTree(all, 'guru', '');
    expect(guru).toMatchObject({ found: 3, hidden: 0, hiddenAt: null });
    expect(guru.categories.map(({ title, count }) => [title, count])).toEqual([
      ['Format', 2],
      ['Other', 1],
    ]);
    expect(guru.categories[0]?.children[0]).toMatchObject({ title: 'Test', count: 1 });
  });

  it('finds by name, category and explanation, all words of the search', () => {
    expect(featureTree(all, 'guru', 'RAMP moving').found).toBe(1);
    expect(featureTree(all, 'guru', 'format').found).toBe(2);
    expect(featureTree(all, 'beginner', 'lut')).toMatchObject({ found: 0, hidden: 1, hiddenAt: 'guru' });
    expect(featureTree(all, 'guru', 'secret')).toMatchObject({ found: 0, hidden: 0 });
  });
});

describe('changing a setting', () => {
  const gateway = { asked: [] as { operation: string; answer: (value: unknown) => void }[] };
  const settled = () => new Promise((resolve) => setTimeout(resolve));
  const width = (value: number): readonly Feature[] => [feature('Width', { value, minimum: 1, maximum: 100 })];
  const answer = async (index: number, value: unknown): Promise<void> => {
    gateway.asked[index]?.answer(value);
    await settled();
  };
  const valueNow = (sourceId = 'top') => requests.getQueryData(featuresOf(sourceId).queryKey)?.features[0]?.value;
  const orderFor = (name: string, sourceId = 'top') =>
    new MutationObserver(requests, featureOrder(requests, sourceId, name));
  const order = (name: string, value: FeatureValue) => {
    const one = orderFor(name);
    const taken = one.mutate(value).then(
      () => true,
      () => false,
    );
    return { one, taken };
  };
  let close = (): void => undefined;

  beforeEach(async () => {
    gateway.asked = [];
    const invoke = (operation: string) => new Promise((done) => gateway.asked.push({ operation, answer: done }));
    vi.stubGlobal('window', { gateway: { invoke, subscribe: () => () => undefined } });
    close = new QueryObserver(requests, featuresOf('top')).subscribe(() => undefined);
    await settled();
    await answer(0, { ok: true, value: { features: width(10) } });
  });
  afterEach(() => {
    close();
    requests.clear();
    vi.unstubAllGlobals();
  });

  it('shows the new value only when the gateway has answered, and then the one that the camera took', async () => {
    const { one, taken } = order('Width', 21);
    await settled();
    expect(valueNow()).toBe(10);
    expect(one.getCurrentResult().isPending).toBe(true);
    await answer(1, { ok: true, value: { features: width(20) } });
    expect(await taken).toBe(true);
    expect(valueNow()).toBe(20);
    expect(one.getCurrentResult().isPending).toBe(false);
  });

  it('keeps the value and the reason when the camera refuses, and forgets the reason with the next try', async () => {
    const error = failureSaying('Too large.', 'Enter less.', false);
    const { one, taken } = order('Width', 500);
    await settled();
    await answer(1, { ok: false, error });
    expect(await taken).toBe(false);
    expect(valueNow()).toBe(10);
    expect(one.getCurrentResult().error?.failure).toEqual(error);
    void one.mutate(50);
    await settled();
    expect(one.getCurrentResult().error).toBeNull();
    await answer(2, { ok: true, value: { features: width(50) } });
  });

  it('asks for one thing after the other, so that an older answer never covers a newer one', async () => {
    order('Width', 20);
    order('Height', 30);
    await settled();
    expect(gateway.asked.map(({ operation }) => operation)).toEqual(['camera.features', 'camera.setFeature']);
    await answer(1, { ok: true, value: { features: width(20) } });
    expect(gateway.asked).toHaveLength(3);
    await answer(2, { ok: true, value: { features: width(20) } });
  });

  it('does not give one camera’s answers to another that was opened meanwhile', async () => {
    order('Width', 20);
    await settled();
    close();
    close = new QueryObserver(requests, featuresOf('side')).subscribe(() => undefined);
    await answer(1, { ok: true, value: { features: width(20) } });
    expect(valueNow('side')).toBeUndefined();
    await answer(2, { ok: true, value: { features: width(5) } });
    expect(valueNow('side')).toBe(5);
  });

  it('says in words how many settings were saved, and which were not loaded', async () => {
    const file = new MutationObserver(requests, settingsOrder(requests, 'top'));
    const saved = file.mutate('save');
    await settled();
    await answer(1, { ok: true, value: { saved: 1 } });
    expect(await saved).toMatchObject({ ok: true, text: expect.stringContaining('1 setting saved') });
    const loaded = file.mutate('load');
    await settled();
    await answer(2, { ok: true, value: { loaded: 12, failed: [{ name: 'Width', message: legacy('too large') }] } });
    await answer(3, { ok: true, value: { features: width(33) } });
    expect(await loaded).toMatchObject({ ok: false, text: 'The camera took 12 settings. It did not take 1:' });
    expect(valueNow()).toBe(33);
  });
});

describe('the editors', () => {
  const markup = (one: Feature): string =>
    renderToStaticMarkup(
      createElement(
        QueryClientProvider,
        { client: requests },
        createElement(FeatureRow, { sourceId: 'top', feature: one }),
      ),
    );

  it('fit the kind of each setting, and what cannot be changed has none', () => {
    const kinds = Object.fromEntries(fakeFeatures().map((one) => [one.name, markup(one)]));
    expect(kinds.Width).toContain('inputMode="decimal"');
    expect(kinds.Width).toContain('16 to 1936 px, in steps of 16');
    expect(kinds.PixelFormat).toContain('<select');
    expect(kinds.ReverseX).toMatch(/aria-pressed="true"[^>]*>Off</);
    expect(kinds.DeviceUserID).toContain('inputMode="text"');
    expect(kinds.UserSetSave).toContain('Run<span class="visually-hidden"> User Set Save');
    expect(kinds.DeviceTemperature).toContain('Read only');
    expect(kinds.DeviceTemperature).not.toContain('<input');
    expect(kinds.TriggerSoftware).toContain('Not available now');
    expect(kinds.TriggerSoftware).not.toContain('<button');
    expect(kinds.LUTValueAll).toContain('Raw bytes');
  });

  it('are named for those who do not see them', () => {
    const [label] = /id="([^"]+)-name"/.exec(markup(feature('Gain')))?.slice(1) ?? [];
    expect(markup(feature('Gain'))).toContain(`aria-labelledby="${label}-name"`);
  });
});
