import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bestEvaluation } from '../../src/train/best.ts';

const lines = [
  { step: 0, eval_accuracy: 0.9, eval_loss: 0.1 },
  { step: 2, loss: 0.01 },
  { step: 4, eval_accuracy: 0.6, eval_loss: 0.65 },
  { step: 8, eval_accuracy: 0.7, eval_loss: 0.66 },
  { step: 12, eval_accuracy: 0.7, eval_loss: 0.6 },
  { step: 16, eval_accuracy: 0.65, eval_loss: 0.9 },
];

test('the best evaluation has the highest accuracy or the lowest loss; of several alike it is the first, and never the start', () => {
  const best = (metric_for_best_model: 'eval_accuracy' | 'eval_loss') =>
    bestEvaluation(lines, { load_best_model_at_end: true, metric_for_best_model })?.step;
  assert.equal(best('eval_accuracy'), 8);
  assert.equal(best('eval_loss'), 12);
});

test('no evaluation is best where none is asked for, or none was made', () => {
  assert.equal(bestEvaluation(lines, { load_best_model_at_end: false, metric_for_best_model: 'eval_loss' }), undefined);
  assert.equal(bestEvaluation(lines, {}), undefined);
  const asked = { load_best_model_at_end: true, metric_for_best_model: 'eval_loss' } as const;
  assert.equal(bestEvaluation(lines.slice(0, 2), asked), undefined);
});
