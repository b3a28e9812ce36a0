import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../align/test/assertClose.ts';
import { checkGradient } from '../../align/test/checkGradient.ts';
import { cat, embedding, linear, run, stack, type Tensor, tensor, tidy } from '../src/index.ts';

const a = [0.3, -1.2, 0.7, 2.1, -0.4, 0.9];
const b = [1.1, 0.2, -0.6, 0.8, 1.7, -0.3];
const square = (x: Tensor) => x.mul(x).add(x);

const functions: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  'products and quotients': (x, y) => x.mul(y).div(y.mul(y).add(1)).sub(x),
  'exp, log1p, tanh, sigmoid': (x, y) => x.exp().log1p().mul(y.tanh()).add(x.sigmoid()),
  'logSigmoid, softplus, silu, gelu': (x, y) =>
    x.logSigmoid().add(y.softplus()).add(x.silu()).mul(y.gelu('tanh')).add(y.gelu()),
  'pow, sqrt, rsqrt': (x, y) => x.mul(x).add(1).sqrt().mul(y.mul(y).add(1).rsqrt()).add(x.pow(3)),
  'matmul and linear': (x, y) =>
    square(x.view([2, 3]).matmul(y.view([3, 2]))).add(linear(x.view([2, 3]), y.view([2, 3]), x.narrow(0, 0, 2))),
  'softmax and logSoftmax': (x, y) =>
    x
      .view([2, 3])
      .softmax(1)
      .mul(y.view([2, 3]))
      .add(y.view([2, 3]).logSoftmax(0)),
  'logsumexp, mean, var, amax': (x, y) =>
    x
      .view([2, 3])
      .logsumexp(1)
      .add(y.mean())
      .add(square(x.var()))
      .add(y.view([3, 2]).amax(0)),
  'gather, indexSelect, indexAdd': (x, y) => {
    const index = tensor([2, 0, 0], { dtype: 'int64' });
    const picked = square(x.indexSelect(0, index).mul(y.gather(0, index)));
    return x.indexAdd(0, index, picked);
  },
  'views, cat, stack, permute': (x, y) =>
    square(cat([x.view([2, 3]).transpose(0, 1).reshape([6]), y.narrow(0, 1, 2)])).add(
      square(stack([x.select(0, 1), y.select(0, 5)]).sum()),
    ),
  layer_norm: (x, y) =>
    run('layer_norm', x.view([2, 3]), [3], y.narrow(0, 0, 3), y.narrow(0, 3, 3), 1e-5).mul(x.view([2, 3])),
  embedding: (x, y) =>
    square(
      embedding(
        x.view([3, 2]),
        tensor(
          [
            [0, 2],
            [2, 1],
          ],
          { dtype: 'int64' },
        ),
      )
        .flatten()
        .narrow(0, 0, 6),
    ).mul(y),
  'where, maskedFill, clamp': (x, y) =>
    square(x.where(x.gt(0), y))
      .add(y.maskedFill(y.lt(0), 3).mul(x))
      .add(x.clamp(-1, 1).mul(y)),
};

for (const [name, f] of Object.entries(functions)) {
  test(`${name}: gradients by autograd equal central differences`, () => {
    checkGradient(f, [a, b], { rtol: 1e-6, atol: 1e-8 });
  });
}

test('a graph run in two parts, from the gradient at the cut, gives the gradient of the whole', () => {
  tidy(() => {
    const leaves = () =>
      [a, b].map((values) => tensor(values, { dtype: 'float64' }).setRequiresGrad()) as [Tensor, Tensor];
    const first = (x: Tensor, y: Tensor) => x.mul(y).tanh();
    const second = (h: Tensor) => h.mul(h).exp().sum();
    const [x, y] = leaves();
    second(first(x, y)).backward();

    const [u, v] = leaves();
    const hidden = first(u, v);
    const cut = hidden.detach().setRequiresGrad();
    second(cut).backward();
    hidden.backward(cut.grad!);
    assertClose(u.grad!.toArray(), x.grad!.toArray(), { rtol: 1e-15 });
    assertClose(v.grad!.toArray(), y.grad!.toArray(), { rtol: 1e-15 });
  });
});

test('gradients add up over backward passes until they are set aside', () => {
  tidy(() => {
    const x = tensor([2, 3]).setRequiresGrad();
    assert.equal(x.grad, undefined);
    x.mul(x).sum().backward();
    x.sum().backward();
    assert.deepEqual(x.grad!.toArray(), [5, 7]);
    x.grad = undefined;
    assert.equal(x.grad, undefined);
    x.grad = tensor([1, 1]);
    x.sum().backward();
    assert.deepEqual(x.grad!.toArray(), [2, 2]);
  });
});

test("backward refuses what it cannot do, in libtorch's words", () => {
  tidy(() => {
    const x = tensor([2, 3]).setRequiresGrad();
    assert.throws(() => x.mul(2).backward(), /grad can be implicitly created only for scalar outputs/);
    assert.throws(() => tensor([1]).backward(), /does not require grad/);
    assert.throws(() => x.mul(2).backward(tensor([1, 1, 1])), /shape|size/i);
    const once = x.mul(x).sum();
    once.backward();
    assert.throws(() => once.backward(), /second time/);
    assert.throws(() => x.add_(1), /leaf/);
  });
});

test('detach cuts the graph and keeps the values', () => {
  tidy(() => {
    const x = tensor([2]).setRequiresGrad();
    const y = x.mul(x).detach();
    assert.equal(y.requiresGrad, false);
    x.mul(y).sum().backward();
    assert.deepEqual(x.grad!.toArray(), [4]);
  });
});
