import { describe, expect, it } from 'vitest';
import { LabelOrder } from '../../../../electron/gateway/ingest/label-order.ts';

const file = (path: string, modifiedMs: number) => ({ path, bytes: 10, modifiedMs });
const label = (at: number) => file('last.txt', at);
const picture = (at: number) => file('last.jpg', at);
const wait = 1_000;

describe('a label belongs to the picture that lies beside it', () => {
  it('when it was written after it, or at the same time', () => {
    const order = new LabelOrder(wait);
    expect(order.belongs(label(5_001), picture(5_000), null)).toBe(true);
    expect(order.belongs(label(5_000), picture(5_000), 4_000)).toBe(true);
  });

  it('when the name was not used before', () => {
    expect(new LabelOrder(wait).belongs(label(1), picture(5_000), null)).toBe(true);
  });

  it('not when it is older than the picture that had the name before', () => {
    const order = new LabelOrder(wait);
    expect(order.belongs(label(3_999), picture(5_000), 4_000)).toBe(false);
    expect(order.belongs(label(4_000), picture(5_000), 4_000)).toBe(false);
  });

  it('when it came later after the picture before than labels come here', () => {
    const order = new LabelOrder(wait);
    expect(order.belongs(label(9_000), picture(9_100), 4_000)).toBe(true);
    expect(order.belongs(label(4_500), picture(9_100), 4_000)).toBe(false);
  });

  it('when it lies between two pictures only where labels were seen to come first, and never last', () => {
    const order = new LabelOrder(wait);
    const between = () => order.belongs(label(4_500), picture(4_600), 4_000);
    expect(between()).toBe(false);
    // A copy of long ago tells nothing.
    order.learn(label(1_000), picture(1_100), 100_000);
    expect(between()).toBe(false);
    order.learn(label(1_000), picture(1_100), 2_000);
    expect(between()).toBe(true);
    order.learn(label(1_200), picture(1_100), 2_000);
    expect(between()).toBe(false);
  });

  it('of a name that is used again not where labels come first and it came soon after: it may be the next one’s', () => {
    const order = new LabelOrder(wait);
    order.learn(label(1_000), picture(1_100), 2_000);
    expect(order.belongs(label(5_900), picture(5_000), 4_000)).toBe(false);
    expect(order.belongs(label(5_900), picture(5_000), null)).toBe(true);
    // A correction by a person.
    expect(order.belongs(label(65_001), picture(5_000), 4_000)).toBe(true);
  });
});
