import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noGrad, Random, randn, type Tensor, tensor, tidy } from '@attune/torch';
import { Conv1D, Linear } from '../../src/nn/Linear.ts';
import { Module, snakeCase } from '../../src/nn/Module.ts';
import { LayerNorm, RmsNorm } from '../../src/nn/norms.ts';
import { Rope, rotate } from '../../src/nn/Rope.ts';
import { assertClose } from '../assertClose.ts';
import { tinyModel } from '../models/plain.ts';
import { noShared, readJson, shared } from '../shared.ts';

const kind = { dtype: 'float64', device: 'cpu' } as const;
const set = (parameter: Tensor, values: Parameters<typeof tensor>[0]) =>
  noGrad(() => void tidy(() => parameter.copy_(tensor(values, { dtype: 'float64' }))));

test('Linear is x·Wᵀ + b, Conv1D the same with its matrix the other way round', () => {
  using one = new Linear({ from: 2, to: 3, bias: true }, kind);
  using other = new Conv1D({ from: 2, to: 3 }, kind);
  set(one.weight, [
    [1, 2],
    [3, 4],
    [5, 6],
  ]);
  set(other.weight, [
    [1, 3, 5],
    [2, 4, 6],
  ]);
  for (const layer of [one, other]) {
    set(layer.bias!, [10, 20, 30]);
    tidy(() => assert.deepEqual(layer.forward(tensor([[1, -1]], { dtype: 'float64' })).toArray(), [9, 19, 29]));
    assert.deepEqual([layer.from, layer.to], [2, 3]);
  }
});

test('RMS norm divides by the root of the mean square, layer norm by the standard deviation around the mean', () => {
  using rms = new RmsNorm(2, 0.25, kind);
  using layer = new LayerNorm(2, 0.75, kind);
  set(rms.weight, [1, 10]);
  set(layer.weight, [1, 10]);
  set(layer.bias, [0.5, 0]);
  tidy(() => {
    const x = tensor([[3, 4]], { dtype: 'float64' });
    const root = Math.sqrt(12.5 + 0.25);
    assertClose(rms.forward(x).toArray(), [3 / root, 40 / root], { rtol: 1e-14 });
    assertClose(layer.forward(x).toArray(), [-0.5 / 1 + 0.5, 5], { rtol: 1e-14 }); // variance ¼ + ¾ = 1
  });
});

test("the statistics of a bfloat16 norm are float32's: it rounds the result, not the way there", () => {
  tidy(() => {
    const values = [1.5, -0.75, 3, 0.125].map((v) => v * 40);
    using low = new RmsNorm(4, 1e-6, { ...kind, dtype: 'bfloat16' });
    noGrad(() => void low.weight.fill_(1));
    const scale = Math.sqrt(values.reduce((s, v) => s + v * v, 0) / 4 + 1e-6);
    const rounded = tensor(values.map((v) => v / scale))
      .to('bfloat16')
      .toArray();
    assert.deepEqual(low.forward(tensor([values]).to('bfloat16')).toArray(), rounded);
  });
});

test('rotary embedding turns dimension i with i + half by position·θ^(−2i/headDim), and keeps lengths', () => {
  using rope = new Rope({ headDim: 4, theta: 100 });
  tidy(() => {
    const x = tensor([1, 2, 3, 4], { dtype: 'float64' }).view([1, 1, 4]).expand([2, 1, 4]).contiguous();
    const positions = tensor([0, 3], { dtype: 'int64' });
    const turned = rotate(x, rope.rotation(positions, 4, x)).toArray();
    const [c0, s0, c1, s1] = [Math.cos(3), Math.sin(3), Math.cos(0.3), Math.sin(0.3)];
    const expected = [1 * c0 - 3 * s0, 2 * c1 - 4 * s1, 3 * c0 + 1 * s0, 4 * c1 + 2 * s1];
    assert.deepEqual(turned.slice(0, 4), [1, 2, 3, 4]);
    assertClose(turned.slice(4), expected, { rtol: 1e-6 }); // the table is float32
  });
});

test('products of turned queries and keys depend only on how far apart they stand, also beyond the first table', () => {
  using rope = new Rope({ headDim: 8, theta: 10_000 });
  tidy(() => {
    const random = new Random(1);
    const [q, k] = [randn([1, 1, 8], random, kind), randn([1, 1, 8], random, kind)];
    const product = (i: number, j: number) =>
      tidy(() => {
        const at = (x: Tensor, p: number) => rotate(x, rope.rotation(tensor([p], { dtype: 'int64' }), p + 1, x));
        return at(q, i).mul(at(k, j)).sum().item();
      });
    for (const shift of [1, 60, 63, 64, 500]) assertClose(product(7 + shift, 3 + shift), product(7, 3), { atol: 1e-4 });
    assertClose(product(0, 0), q.mul(k).sum().item(), { rtol: 1e-6 });
  });
});

test('a feed-forward block with its norm and residual gives the published row', (t) => {
  const path = shared('reference', 'published.json');
  if (!path) return t.skip(noShared);
  const { swiglu_mlp_residual: published } = readJson(path);
  // residual + W_down(silu(W_gate·h) ∘ (W_up·h)), h = rmsnorm(residual), residual = ones(2)
  tidy(() => {
    using norm = new RmsNorm(2, 1e-6, kind);
    using up = new Linear({ from: 2, to: 3 }, kind);
    using down = new Linear({ from: 3, to: 2 }, kind);
    set(norm.weight, [1, 1]);
    set(up.weight, [
      [0.1, 0.2],
      [0.3, 0.4],
      [0.5, 0.6],
    ]);
    set(down.weight, [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 0.6],
    ]);
    const x = tensor([[1, 1]], { dtype: 'float64' });
    const h = up.forward(norm.forward(x));
    assertClose(x.add(down.forward(h.silu().mul(h))).toArray(), published.expected_row, { atol: published.atol });
  });
});

test("parameters have the checkpoint's names, each once in parameters(), and are disposed with their module", () => {
  assert.equal(snakeCase('postAttentionLayernorm'), 'post_attention_layernorm');
  assert.equal(snakeCase('ln_1'), 'ln_1');
  const model = tinyModel('mistral');
  const names = [...model.namedParameters()].map(([name]) => name);
  assert.deepEqual(names.slice(0, 4), [
    'model.embed_tokens.weight',
    'model.layers.0.input_layernorm.weight',
    'model.layers.0.self_attn.q_proj.weight',
    'model.layers.0.self_attn.k_proj.weight',
  ]);
  assert.equal(model.parameters().length, names.length);
  const all = model.parameters();
  assert.equal(model.trainable().size, 0);
  all[0]!.setRequiresGrad();
  assert.deepEqual([...model.trainable().keys()], ['model.embed_tokens.weight']);
  model[Symbol.dispose]();
  assert.ok(all.every((parameter) => parameter.disposed));
});

test('a parameter that two layers share has a name at each place, and is one parameter', () => {
  class Twice extends Module {
    readonly first = new Linear({ from: 1, to: 1 }, kind);
    readonly second = new Linear({ from: 1, to: 1 }, kind);
  }
  using module = new Twice();
  module.second.weight[Symbol.dispose]();
  module.second.weight = module.first.weight;
  module.first.weight.setRequiresGrad();
  assert.deepEqual(
    [...module.namedParameters()].map(([name]) => name),
    ['first.weight', 'second.weight'],
  );
  assert.equal(module.parameters().length, 1);
  assert.deepEqual([...module.trainable().keys()], ['first.weight']);
});
