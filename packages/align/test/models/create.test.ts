import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Random, type Tensor, tidy } from '@attune/torch';
import { createModel } from '../../src/models/create.ts';
import { logitsOf, tinyConfigs } from './plain.ts';

const cpu = { dtype: 'float32', device: 'cpu' } as const;
const standardDeviation = (p: Tensor) => tidy(() => Math.sqrt(p.mul(p).mean().item()));

test('new weights: matrices from N(0, 0.02²), those into the residual stream by 1/√(2·layers) smaller, norms 1, biases 0', () => {
  for (const config of Object.values(tinyConfigs)) {
    const wide = {
      ...config,
      vocab_size: 400,
      ...('n_embd' in config ? { n_embd: 64, n_layer: 8 } : { hidden_size: 64, num_hidden_layers: 8 }),
    };
    using model = createModel(wide, new Random(3), cpu);
    for (const [name, parameter] of model.namedParameters()) {
      if (parameter.shape.length === 2) {
        const expected = /(o_proj|down_proj|c_proj)\.weight$/.test(name) ? 0.02 / 4 : 0.02;
        const error = 5 / Math.sqrt(2 * parameter.size); // five standard errors of a standard deviation
        assert.ok(Math.abs(standardDeviation(parameter) / expected - 1) < error, name);
        tidy(() => assert.ok(Math.abs(parameter.mean().item()) < (5 * expected) / Math.sqrt(parameter.size), name));
      } else {
        const constant = name.endsWith('.bias') ? 0 : 1;
        assert.deepEqual(new Set(parameter.toArray()), new Set([constant]), name);
      }
    }
  }
});

test('the seed decides every weight; names, types and devices are what was asked for', () => {
  const make = (seed: number) => createModel(tinyConfigs.llama, new Random(seed), { ...cpu, dtype: 'bfloat16' });
  using one = make(1);
  using same = make(1);
  using other = make(2);
  assert.deepEqual(logitsOf(same, [1, 2]), logitsOf(one, [1, 2]));
  assert.notDeepEqual(logitsOf(other, [1, 2]), logitsOf(one, [1, 2]));
  assert.ok(one.parameters().every(({ dtype, device }) => dtype === 'bfloat16' && device === 'cpu'));
  assert.equal(one.vocabSize, 19);
  assert.equal(one.config, tinyConfigs.llama);
});
