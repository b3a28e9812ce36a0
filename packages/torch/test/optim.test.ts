import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertClose } from '../../align/test/assertClose.ts';
import {
  AdamW,
  clipGradNorm,
  type DType,
  liveTensors,
  type Nested,
  noGrad,
  owned,
  type Tensor,
  tensor,
  tidy,
} from '../src/index.ts';

type Named = Readonly<Record<string, Nested>>;

interface Golden {
  readonly source: string;
  readonly adamw: readonly {
    readonly settings: { maxGradNorm: number; weightDecay: number; betas: [number, number]; eps: number };
    readonly start: Named;
    readonly steps: readonly { learningRate: number; gradients: Named; gradNorm: number; parameters: Named }[];
  }[];
}

/** torch.optim.AdamW in float64; see bench/golden/optim.py. */
const golden: Golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../align/test/golden/optim.json'), 'utf8'),
);

const flat = (values: Nested): number[] => [values].flat(9) as number[];

/** Parameters by name. The caller owns them. */
const parametersOf = (values: Named, dtype: DType): Record<string, Tensor> =>
  owned(() =>
    Object.fromEntries(
      Object.entries(values).map(([name, v]) => [name, tensor(v, { dtype: 'float64' }).to(dtype).setRequiresGrad()]),
    ),
  );

const setGradients = (parameters: Record<string, Tensor>, gradients: Named): void =>
  tidy(() => {
    for (const [name, p] of Object.entries(parameters))
      p.grad = tensor(gradients[name]!, { dtype: 'float64' }).to(p.dtype);
  });

for (const [i, { settings, start, steps }] of golden.adamw.entries()) {
  const options = {
    b1: settings.betas[0],
    b2: settings.betas[1],
    epsilon: settings.eps,
    weightDecay: settings.weightDecay,
  };

  // The file has twelve digits; float32 has seven, and five steps of rounding.
  for (const [dtype, rtol] of [
    ['float64', 1e-10],
    ['float32', 3e-6],
  ] as const) {
    test(`AdamW and clipping in ${dtype} follow ${golden.source} (case ${i + 1})`, () => {
      tidy(() => {
        const parameters = parametersOf(start, dtype);
        using optimizer = new AdamW(Object.values(parameters), options);
        for (const { learningRate, gradients, gradNorm, parameters: expected } of steps) {
          setGradients(parameters, gradients);
          assertClose(clipGradNorm(optimizer.parameters, settings.maxGradNorm), gradNorm, {
            rtol: Math.max(rtol, 1e-11),
          });
          optimizer.step({ learningRate });
          for (const [name, p] of Object.entries(parameters))
            assertClose(p.toArray(), flat(expected[name]!), { rtol, atol: rtol, what: name });
        }
      });
    });
  }

  test(`bfloat16 parameters follow a float32 master copy: they are its rounding after every step (case ${i + 1})`, () => {
    const parameters = parametersOf(start, 'bfloat16');
    const shadows = tidy(() =>
      parametersOf(
        Object.fromEntries(
          Object.entries(parameters).map(([n, p]) => [n, tensor(p.toArray()).view(p.shape).toArray()]),
        ),
        'float32',
      ),
    );
    using optimizer = new AdamW(Object.values(parameters), options);
    using plain = new AdamW(Object.values(shadows), options);
    tidy(() => {
      for (const { learningRate, gradients } of steps) {
        setGradients(parameters, gradients);
        for (const [name, p] of Object.entries(parameters)) shadows[name]!.grad = p.grad!.to('float32').flatten();
        optimizer.step({ learningRate });
        plain.step({ learningRate });
        for (const [name, p] of Object.entries(parameters))
          assert.deepEqual(p.toArray(), shadows[name]!.to('bfloat16').toArray());
      }
    });
  });
}

test('steps too small for bfloat16 add up in the master copy', () => {
  using p = owned(() => tensor([1]).to('bfloat16').setRequiresGrad());
  using optimizer = new AdamW([p]);
  for (let i = 0; i < 100; i++) {
    tidy(() => void (p.grad = tensor([1]).to('bfloat16')));
    optimizer.step({ learningRate: 1e-4 }); // bfloat16 near 1 has steps of 1/256 and 1/128
  }
  assertClose(p.item(), 0.99, { atol: 1 / 256 });
  assert.notEqual(p.item(), 1);
});

test('only what `decays` names decays, also where it stands as a master copy; what has no gradient stays as it is', () => {
  tidy(() => {
    for (const dtype of ['float32', 'bfloat16'] as const) {
      const [decayed, other, still] = [1, 1, 1].map((v) => tensor([v]).to(dtype).setRequiresGrad()) as [
        Tensor,
        Tensor,
        Tensor,
      ];
      using optimizer = new AdamW([decayed, other, still], { weightDecay: 0.5, decays: (p) => p === decayed });
      decayed.grad = tensor([0]).to(dtype);
      other.grad = tensor([0]).to(dtype);
      optimizer.step({ learningRate: 0.5 });
      assert.deepEqual([decayed.item(), other.item(), still.item()], [0.75, 1, 1], dtype);
    }
  });
});

for (const dtype of ['float32', 'bfloat16'] as const) {
  test(`${dtype}: an optimizer restored from its state goes on bit for bit`, () => {
    const { settings: _, start, steps } = golden.adamw[0]!;
    const run = (parameters: Record<string, Tensor>, optimizer: AdamW, from: number, to: number) => {
      for (const { learningRate, gradients } of steps.slice(from, to)) {
        setGradients(parameters, gradients);
        optimizer.step({ learningRate });
      }
    };
    const values = (parameters: Record<string, Tensor>) => Object.values(parameters).map((p) => p.toArray());
    tidy(() => {
      const [whole, half, resumed] = [1, 2, 3].map(() => parametersOf(start, dtype)) as Record<string, Tensor>[];
      const names = Object.keys(whole!);
      using a = new AdamW(Object.values(whole!), { weightDecay: 0.01 });
      using b = new AdamW(Object.values(half!), { weightDecay: 0.01 });
      using c = new AdamW(Object.values(resumed!), { weightDecay: 0.01 });
      run(whole!, a, 0, 5);
      run(half!, b, 0, 3);
      noGrad(() => names.forEach((name) => void resumed![name]!.copy_(half![name]!)));
      c.restore(names, b.state(names));
      run(resumed!, c, 3, 5);
      assert.deepEqual(values(resumed!), values(whole!));
      assert.throws(() => c.restore(names, { tensors: new Map(), steps: 1 }), /checkpoint has no weight\.mean/);
    });
  });
}

test('clipGradNorm gives the joint norm, scales down to it, and leaves smaller gradients alone', () => {
  tidy(() => {
    const [x, y, none] = [tensor([0]), tensor([0, 0]), tensor([1])].map((t) => t.setRequiresGrad()) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const set = () => {
      x.grad = tensor([3]);
      y.grad = tensor([0, 4]);
    };
    set();
    assert.equal(clipGradNorm([x, y, none], Number.POSITIVE_INFINITY), 5);
    assert.equal(clipGradNorm([x, y, none], 6), 5);
    assert.deepEqual([...x.grad!.toArray(), ...y.grad!.toArray()], [3, 0, 4]);
    assert.equal(clipGradNorm([x, y, none], 1), 5);
    assertClose([...x.grad!.toArray(), ...y.grad!.toArray()], [0.6, 0, 0.8], { rtol: 1e-6 }); // (norm + 1e-6) below
    assert.equal(clipGradNorm([none], 1), 0);
    set();
    x.grad = tensor([Number.NaN]);
    assert.ok(Number.isNaN(clipGradNorm([x, y], 1)));
  });
});

test('an optimizer leaves no tensor behind, and frees its state', () => {
  using p = owned(() => tensor([1]).to('bfloat16').setRequiresGrad());
  const before = liveTensors();
  {
    using optimizer = new AdamW([p], { weightDecay: 0.1 });
    const own = liveTensors();
    optimizer.step({ learningRate: 1 }); // without a gradient
    tidy(() => void (p.grad = tensor([1]).to('bfloat16')));
    clipGradNorm([p], 0.5);
    optimizer.step({ learningRate: 1 });
    optimizer.zeroGrad();
    assert.equal(liveTensors(), own);
  }
  assert.equal(liveTensors(), before);
});
