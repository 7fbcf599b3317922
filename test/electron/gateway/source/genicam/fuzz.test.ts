import { expect, test } from 'vitest';
import { fuzzDescriptions, fuzzRuns } from './fuzz.ts';
import { difficultXml } from './memory-camera.ts';

test(`${fuzzRuns} mutated descriptions end in a list of features or in a OperatorError`, {
  timeout: 600_000,
}, async () => {
  const outcome = await fuzzDescriptions(difficultXml.toString(), fuzzRuns, 4_711);
  // Were they all refused by the XML parser, this would test nothing.
  expect(outcome.opened).toBeGreaterThan(fuzzRuns / 4);
  expect(outcome.features / outcome.opened).toBeGreaterThan(10);
  expect(outcome.taken).toBeGreaterThan(outcome.opened);
  // A description of a few dozen settings: what it costs is bounded by its size.
  expect(outcome.mostAccesses).toBeLessThan(1_000);
});
