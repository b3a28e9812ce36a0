import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, noGrad, Random, randn, type Tensor, tensor, tidy } from '@attune/torch';
import { Conv1D, Linear } from '../../src/nn/Linear.ts';
import { LoraLinear } from '../../src/nn/LoraLinear.ts';
import { adaptersOf, addLora, allLinear, mergeAdapters, withoutAdapters } from '../../src/nn/lora.ts';
import { textLogps } from '../../src/trainers/logps.ts';
import { assertClose } from '../assertClose.ts';
import { learning, logitsOf, responseLogp, takeGradients, tinyModel } from '../models/plain.ts';

const kind = { dtype: 'float64', device: 'cpu' } as const;
const options = { rank: 2, alpha: 3, targets: ['q_proj', 'v_proj'] };

/** Gives every adapter a B that is not 0. */
function trained<Model extends ReturnType<typeof tinyModel>>(model: Model): Model {
  noGrad(() => {
    for (const [, { loraB }] of adaptersOf(model)) loraB.normal_({ random: new Random(8) });
  });
  return model;
}

test('y = W₀x + (α/r)·B·A·x, in Linear and in Conv1D, and merged the same', () => {
  tidy(() => {
    const random = new Random(5);
    for (const base of [new Linear({ from: 3, to: 4 }, kind), new Conv1D({ from: 3, to: 4 }, kind)]) {
      for (const parameter of base.parameters()) parameter.normal_({ random });
      const lora = new LoraLinear(base, { rank: 2, alpha: 3 }, random);
      noGrad(() => lora.loraB.normal_({ random }));
      const x = randn([5, 3], random, kind);
      const expected = base.forward(x).add(x.matmul(lora.loraA.t()).matmul(lora.loraB.t()).mul(1.5));
      assertClose(lora.forward(x).toArray(), expected.toArray(), { rtol: 1e-12, atol: 1e-12 });
      const merged = lora.merged();
      assert.deepEqual(merged.shape, base.weight.shape);
      base.weight = merged;
      assertClose(base.forward(x).toArray(), expected.toArray(), { rtol: 1e-12, atol: 1e-12 });
    }
  });
});

test('a new adapter changes nothing: B is 0, A is even on ±1/√in', () => {
  using model = tinyModel('llama');
  const before = logitsOf(model, [1, 2, 3]);
  addLora(model, { ...options, targets: allLinear }, new Random(1));
  assert.deepEqual(logitsOf(model, [1, 2, 3]), before);
  for (const [, { loraA, loraB }] of adaptersOf(model)) {
    assert.ok(loraB.toArray().every((b) => b === 0));
    const bound = 1 / Math.sqrt(loraA.shape[1]!);
    assert.ok(Math.max(...loraA.toArray().map(Math.abs)) <= bound);
    assert.ok(Math.max(...loraA.toArray()) > 0.5 * bound && Math.min(...loraA.toArray()) < -0.5 * bound);
  }
});

test('only the adapters learn; names, patterns and all-linear choose layers, the head apart', () => {
  const adapted = (targets: readonly (string | RegExp)[], family: 'llama' | 'gpt2' = 'llama') => {
    using model = learning(tinyModel(family));
    addLora(model, { ...options, targets }, new Random(1));
    const names = adaptersOf(model).map(([name]) => name);
    assert.deepEqual(
      [...model.trainable().keys()],
      names.flatMap((n) => [`${n}.lora_A.weight`, `${n}.lora_B.weight`]),
    );
    return names;
  };
  assert.deepEqual(adapted(['q_proj']), ['model.layers.0.self_attn.q_proj', 'model.layers.1.self_attn.q_proj']);
  assert.deepEqual(adapted([/layers\.1\.mlp\.(up|down)/]), [
    'model.layers.1.mlp.up_proj',
    'model.layers.1.mlp.down_proj',
  ]);
  assert.deepEqual(adapted(['model.layers.0.self_attn.k_proj']), ['model.layers.0.self_attn.k_proj']);
  assert.deepEqual(adapted(['lm_head']), ['lm_head']);
  assert.equal(adapted(allLinear).length, 14);
  assert.equal(adapted(allLinear, 'gpt2').length, 8);
});

test('a target that names no linear layer is an error with the names there are, and leaves the model as it was', () => {
  using model = learning(tinyModel('llama'));
  const trainable = model.trainable().size;
  for (const target of ['query', 'proj', /nothing/, 'embed_tokens']) {
    assert.throws(
      () => addLora(model, { ...options, targets: ['q_proj', target] }, new Random(1)),
      (error: Error) => {
        assert.ok(
          error.message.includes(
            `${target} names no linear layer of this model. There are: q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, lm_head.`,
          ),
          error.message,
        );
        return true;
      },
    );
  }
  assert.equal(adaptersOf(model).length, 0);
  assert.equal(model.trainable().size, trainable);
});

test('withoutAdapters computes the base, and turns the adapters on again, also after a throw', () => {
  using model = tinyModel('llama');
  const base = logitsOf(model, [4, 5]);
  addLora(model, options, new Random(1));
  trained(model);
  const tuned = logitsOf(model, [4, 5]);
  assert.notDeepEqual(tuned, base);
  assert.deepEqual(
    withoutAdapters(model, () => logitsOf(model, [4, 5])),
    base,
  );
  assert.deepEqual(logitsOf(model, [4, 5]), tuned);
  assert.throws(
    () =>
      withoutAdapters(model, () => {
        throw new Error('on the way');
      }),
    /on the way/,
  );
  assert.deepEqual(logitsOf(model, [4, 5]), tuned);
});

test('merging computes the same with the layers there were, and leaves no tensor behind', () => {
  for (const family of ['llama', 'gpt2'] as const) {
    using model = tinyModel(family);
    logitsOf(model, [4, 5]); // makes the rotary table
    const before = liveTensors();
    addLora(model, { ...options, targets: allLinear }, new Random(1));
    trained(model);
    const tuned = logitsOf(model, [4, 5]);
    const names = [...model.namedParameters()].map(([name]) => name).filter((name) => !name.includes('lora'));
    mergeAdapters(model);
    assertClose(logitsOf(model, [4, 5]).flat(), tuned.flat(), { rtol: 1e-9, atol: 1e-9 });
    assert.deepEqual([...model.namedParameters()].map(([name]) => name).sort(), names.sort());
    assert.equal(liveTensors(), before);
  }
});

test("dropout drops only where noise is given, keeps the mean, and draws the noise's own numbers", () => {
  tidy(() => {
    const base = new Linear({ from: 400, to: 1 }, kind);
    noGrad(() => base.weight.zero_());
    const lora = new LoraLinear(base, { rank: 1, alpha: 1, dropout: 0.25 }, new Random(1));
    noGrad(() => {
      lora.loraA.fill_(1 / 400);
      lora.loraB.fill_(1);
    });
    const x = tensor(
      Array.from({ length: 100 }, () => Array(400).fill(1)),
      { dtype: 'float64' },
    );
    assertClose(lora.forward(x).toArray(), Array(100).fill(1), { rtol: 1e-12 });
    lora.noise = new Random(2);
    const first = lora.forward(x);
    // Each input is kept with ¾ and weighs 4/3: variance ⅓ of 1/400 each.
    assertClose(first.mean().item(), 1, { atol: 5 * Math.sqrt(1 / 3 / 40_000) });
    assertClose(Math.sqrt(first.var().item()), Math.sqrt(1 / 3 / 400), { rtol: 0.35 });
    lora.noise = new Random(2);
    assert.deepEqual(lora.forward(x).toArray(), first.toArray());
    assert.notDeepEqual(lora.forward(x).toArray(), first.toArray());
  });
});

test('an adapter on the vocabulary head counts in logits and log-probabilities, with the gradients of the plain way', () => {
  using model = tinyModel('llama');
  const before = logitsOf(model, [1, 2, 3]);
  addLora(model, { ...options, dropout: 0.5, targets: ['lm_head'] }, new Random(1));
  trained(model);
  for (const [, adapter] of adaptersOf(model)) adapter.noise = new Random(3);
  assert.notDeepEqual(logitsOf(model, [1, 2, 3]), before);
  const gradients = (compute: () => { value: Tensor; backward(): void }) =>
    tidy(() => {
      const { value, backward } = compute();
      value.sum().backward();
      backward();
      return [value.sum().item(), ...takeGradients(model)];
    });
  const fast = gradients(() => textLogps(model, [{ ids: [1, 2, 3, 4], mask: [0, 1, 1, 1] }]));
  const plain = gradients(() => ({ value: responseLogp(model, [1], [2, 3, 4]), backward: () => {} }));
  assertClose(fast, plain, { rtol: 1e-9, atol: 1e-9 });
  assertClose(withoutAdapters(model, () => logitsOf(model, [1, 2, 3])).flat(), before.flat(), { rtol: 1e-12 });
});
