import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Prior } from '@attune/preferences';
import { stories } from '../stories/grammar.ts';
import { covered, featuresOf, labelsOf, type Sample, weightsFrom, wide, written } from './annotator.ts';

/** Two stories against each other, told by the grammar that the storyteller learned from: no model is needed. */
function samplesOf(count: number): Sample[] {
  const source = stories(11, { familiar: true });
  return Array.from({ length: count }, (_, i) => {
    const [a, b] = [source.next().value, source.next().value];
    return { id: String(i), prompt: '', response_a: a.text, response_b: b.text };
  });
}

const samples = samplesOf(600);
const features = featuresOf(samples);

test('the weights that the annotator was written with lie in the intervals as often as these say', () => {
  const inside = Array.from({ length: 6 }, (_, seed) =>
    covered(weightsFrom(features, labelsOf(samples, { seed }), wide)),
  ).flat();
  // Of 60 intervals of 90 %, 54 are expected; fewer than 46 or more than 59 come in some 3 of 1,000 studies.
  const hits = inside.filter(Boolean).length;
  assert.ok(hits >= 46 && hits <= 59, `${hits} of ${inside.length}`);
});

const size = (weights: readonly number[]) => Math.hypot(...weights);
const found = (noise: number, prior: Prior) => weightsFrom(features, labelsOf(samples, { seed: 1, noise }), prior);

test('the prior of the study draws weights of this size towards 0', () => {
  const narrow = found(0, { kind: 'laplace', scale: 0.1 });
  assert.ok(size(narrow.properties.map(({ mean }) => mean)) < 0.7 * size(written));
  assert.ok(covered(narrow).filter(Boolean).length <= 5);
});

test('an annotator that slips seems to prefer less than it does', () => {
  const slipping = found(0.2, wide);
  assert.ok(size(slipping.properties.map(({ mean }) => mean)) < 0.7 * size(written));
});
