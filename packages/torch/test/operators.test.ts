import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DisposedError,
  dims,
  hasOperator,
  type NativeError,
  Random,
  run,
  runMany,
  runVoid,
  ShapeError,
  schemaOf,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '../src/index.ts';

const ints = (values: number[]) => tensor(values, { dtype: 'int64' });

test('any operator is called by name and overload, arguments in the order of its schema', () => {
  tidy(() => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    assert.deepEqual(run('matmul', x, x).toArray(), [7, 10, 15, 22]);
    assert.deepEqual(run('sum.dim_IntList', x, [0, 1], true).shape, [1, 1]);
    assert.match(
      schemaOf('add.Tensor')!,
      /^aten::add\.Tensor\(Tensor self, Tensor other, \*, Scalar alpha=1\) -> Tensor/,
    );
    assert.equal(schemaOf('add.Nonsense'), undefined);
    assert.equal(hasOperator('add.Tensor'), true);
    assert.equal(hasOperator('no_such_operator'), false);
  });
});

test('what is left out, undefined or null takes the default of the schema', () => {
  tidy(() => {
    const x = tensor([1, 2]);
    assert.deepEqual(run('add.Tensor', x, x).toArray(), [2, 4]); //               alpha = 1
    assert.deepEqual(run('add.Tensor', x, x, undefined).toArray(), [2, 4]);
    assert.deepEqual(run('add.Tensor', x, x, 10).toArray(), [11, 22]);
    assert.deepEqual(run('clamp', x, undefined, 1.5).toArray(), [1, 1.5]); //     Scalar? min = None
    assert.deepEqual(run('clamp', x, 1.5, null).toArray(), [1.5, 2]);
    assert.deepEqual(run('linear', x.view([1, 2]), x.view([1, 2])).toArray(), [5]); // Tensor? bias = None
  });
});

test('lists: of numbers, one for a list of one, of tensors, and of tensors with gaps', () => {
  tidy(() => {
    const x = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    assert.deepEqual(run('sum.dim_IntList', x, 0).toArray(), [5, 7, 9]);
    assert.deepEqual(run('permute', x, [1, 0]).shape, [3, 2]);
    assert.deepEqual(run('cat', [x, x], 1).shape, [2, 6]);
    // numpy: x[:, [2, 0]] and x[[1, 0], [2, 0]]
    assert.deepEqual(run('index.Tensor', x, [null, ints([2, 0])]).toArray(), [3, 1, 6, 4]);
    assert.deepEqual(run('index.Tensor', x, [ints([1, 0]), ints([2, 0])]).toArray(), [6, 1]);
    const [values, indices] = runMany('sort', tensor([2, 3, 1]));
    assert.deepEqual(
      [values!.toArray(), indices!.toArray()],
      [
        [1, 2, 3],
        [2, 0, 1],
      ],
    );
    assert.deepEqual(
      runMany('split.Tensor', tensor([1, 2, 3]), 2).map((part) => part.toArray()),
      [[1, 2], [3]],
    );
    runVoid('_foreach_mul_.Scalar', [values, x], 2);
    assert.deepEqual(values!.toArray(), [2, 4, 6]);
  });
});

test('a whole number stays one: int64 times 2 is int64, times a half or infinity it is not', () => {
  tidy(() => {
    const three = ints([3]);
    assert.equal(three.mul(2).dtype, 'int64');
    assert.deepEqual(three.mul(2).toArray(), [6]);
    assert.equal(three.mul(0.5).dtype, 'float32');
    assert.deepEqual(three.mul(0.5).toArray(), [1.5]);
    assert.deepEqual(three.mul(Number.POSITIVE_INFINITY).toArray(), [Number.POSITIVE_INFINITY]);
    assert.ok(Number.isNaN(three.mul(Number.NaN).item()));
    assert.equal(1 / tensor([1]).mul(-0).item(), Number.NEGATIVE_INFINITY); // −0 keeps its sign
    assert.equal(
      ints([1])
        .add(2 ** 52)
        .item(),
      2 ** 52 + 1,
    );
  });
});

test('an operator in place gives back the tensor itself, and changes it', () => {
  tidy(() => {
    const x = tensor([1, 2]);
    for (const same of [x.add_(1), x.mul_(2), x.sub_(1), x.div_(2), run('neg_', x), x.copy_(tensor([5, 6]))]) {
      assert.equal(same, x);
    }
    assert.deepEqual(x.toArray(), [5, 6]);
    assert.deepEqual(x.fill_(3).toArray(), [3, 3]);
    assert.deepEqual(x.zero_().toArray(), [0, 0]);
  });
});

test("a failure carries the operator, the types and shapes it was given, and libtorch's own words", () => {
  tidy(() => {
    assert.throws(
      () => zeros([2, 3]).matmul(zeros([4, 5], { dtype: 'float32' })),
      (error: NativeError) => {
        assert.equal(error.code, 'native');
        assert.match(error.message, /^matmul\(float32\[2, 3\], float32\[4, 5\]\) failed: /);
        assert.match(error.message, /shapes cannot be multiplied \(2x3 and 4x5\)/);
        assert.ok(error.cause instanceof Error);
        return true;
      },
    );
    assert.throws(
      () => zeros([2]).view([3]),
      /^NativeError: view\(float32\[2\], \[3\]\) failed: .*invalid for input of size 2/,
    );
    assert.throws(
      () => run('cat', [zeros([1, 2]), zeros([1, 3])], 0),
      /cat\(2 tensors, 0\) failed: .*Sizes of tensors must match/,
    );
    assert.throws(() => tensor([1, 2]).item(), /./);
    assert.deepEqual(tensor([1]).add(1).toArray(), [2]); // nothing is left behind of a call that failed
  });
});

test('an operator that this libtorch lacks is an error with its name and the version', () => {
  assert.throws(
    () => run('does_not_exist'),
    /^NativeError: does_not_exist \(libtorch \d+\.\d+.*\) failed: there is no operator of this name/,
  );
  assert.throws(() => run('add.Nonsense'), { code: 'native' });
  assert.throws(() => run(''), { code: 'native' });
});

test('arguments of the wrong kind, too few or too many are errors that name the argument', () => {
  tidy(() => {
    const x = tensor([1, 2]);
    const wrong: [RegExp, string, ...(Parameters<typeof run> extends [string, ...infer Rest] ? Rest : never)][] = [
      [/'other' is missing/, 'add.Tensor', x],
      [/Takes 3 arguments, got 4/, 'add.Tensor', x, x, 1, 1],
      [/'other' must be a tensor/, 'add.Tensor', x, 'one'],
      [/'other' must be a number/, 'add.Scalar', x, 'one'],
      [/'dim0' must be a whole number/, 'transpose.int', x, 0.5, 0],
      [/'dim0' must be a number/, 'transpose.int', x, true, 0],
      [/'keepdim' must be true or false/, 'mean.dim', x, 0, 1],
      [/'size' must be a number/, 'view', x, ['a' as unknown as number]],
      [/'tensors' must be a tensor/, 'cat', [x, true]],
    ];
    for (const [message, ...call] of wrong) assert.throws(() => run(...call), message, call[0]);
    assert.throws(() => run('gelu', x, 1), { code: 'native' });
    assert.throws(() => run('gelu', x, 'cubic'), /approximate/);
    assert.throws(() => run('normal_', x, 0, 1, 99), /generator/);
    assert.throws(() => zeros([1], { device: 'nowhere' }), { code: 'native' });
  });
});

test('a freed tensor says so wherever it is used, and a second disposal does nothing', () => {
  const x = tensor([1]);
  x[Symbol.dispose]();
  x[Symbol.dispose]();
  assert.equal(x.disposed, true);
  const uses: (() => unknown)[] = [
    () => x.handle,
    () => x.item(),
    () => x.toArray(),
    () => x.dtype,
    () => x.grad,
    () => x.add(1),
    () => tensor([1]).add(x),
    () => run('cat', [x]),
    () => x.backward(),
  ];
  for (const use of uses)
    assert.throws(use, (e) => e instanceof DisposedError || (e as Error).cause instanceof DisposedError);
  assert.throws(() => x.add(1), /freed.*tidy\(\)/);
});

test('dims() binds names, and says what was expected of a tensor that does not fit', () => {
  tidy(() => {
    assert.deepEqual(dims(zeros([2, 5, 4]), ['batch', 'time', 4]), { batch: 2, time: 5 });
    assert.throws(
      () => dims(zeros([8, 12, 32]), ['batch', 'time', 64]),
      (error) => {
        assert.ok(error instanceof ShapeError);
        assert.equal(error.message, 'Expected a tensor of shape [batch, time, 64], got [8, 12, 32].');
        return true;
      },
    );
    assert.throws(() => dims(zeros([2, 3]), ['n', 'n']), ShapeError);
    assert.throws(() => dims(zeros([2]), ['n', 'm']), ShapeError);
  });
});

test('every method of a tensor calls an operator that this libtorch has, with arguments that it takes', () => {
  tidy(() => {
    const x = () =>
      tensor(
        [
          [0.5, 2],
          [1.5, 4],
        ],
        { dtype: 'float64' },
      );
    const mask = () => x().gt(1);
    const index = () => tensor([[0], [1]], { dtype: 'int64' });
    // The second number of each, [0][1], worked out by hand or from Math.
    const cases: [string, (x: Tensor) => Tensor, number][] = [
      ['sub', (x) => x.sub(x), 0],
      ['div', (x) => x.div(4), 0.5],
      ['pow', (x) => x.pow(3), 8],
      ['pow tensor', (x) => x.pow(x), 4],
      ['remainder', (x) => x.remainder(1.5), 0.5],
      ['neg', (x) => x.neg(), -2],
      ['abs', (x) => x.neg().abs(), 2],
      ['sign', (x) => x.sign(), 1],
      ['exp', (x) => x.exp(), Math.exp(2)],
      ['expm1', (x) => x.expm1(), Math.expm1(2)],
      ['log', (x) => x.log(), Math.LN2],
      ['log1p', (x) => x.log1p(), Math.log(3)],
      ['sqrt', (x) => x.sqrt(), Math.SQRT2],
      ['rsqrt', (x) => x.rsqrt(), Math.SQRT1_2],
      ['cos', (x) => x.cos(), Math.cos(2)],
      ['sin', (x) => x.sin(), Math.sin(2)],
      ['tanh', (x) => x.tanh(), Math.tanh(2)],
      ['sigmoid', (x) => x.sigmoid(), 1 / (1 + Math.exp(-2))],
      ['logSigmoid', (x) => x.logSigmoid(), -Math.log1p(Math.exp(-2))],
      ['softplus', (x) => x.softplus(), Math.log1p(Math.exp(2))],
      ['relu', (x) => x.sub(3).relu(), 0],
      ['silu', (x) => x.silu(), 2 / (1 + Math.exp(-2))],
      ['gelu', (x) => x.gelu(), 1.9544997361036416], // 2·Φ(2), Φ from tables
      ['gelu tanh', (x) => x.gelu('tanh'), 1 + Math.tanh(Math.sqrt(2 / Math.PI) * (2 + 0.044715 * 8))],
      ['clamp', (x) => x.clamp(0, 1), 1],
      ['minimum', (x) => x.minimum(x.neg()), -2],
      ['maximum', (x) => x.maximum(x.mul(2)), 4],
      ['isfinite', (x) => x.isfinite(), 1],
      ['eq', (x) => x.eq(2), 1],
      ['ne', (x) => x.ne(x), 0],
      ['lt', (x) => x.lt(2), 0],
      ['le', (x) => x.le(2), 1],
      ['ge', (x) => x.ge(x), 1],
      ['logicalAnd', () => mask().logicalAnd(mask().logicalNot()), 0],
      ['logicalOr', () => mask().logicalOr(mask().logicalNot()), 1],
      ['where', (x) => x.where(mask(), x.neg()), 2],
      ['maskedFill', (x) => x.maskedFill(mask(), -1), -1],
      ['sum', (x) => x.sum(0), 6],
      ['mean', (x) => x.mean(0, true), 3],
      ['var', (x) => x.var(0), 2],
      ['amax', (x) => x.amax(0), 4],
      ['amin', (x) => x.amin(0, true), 2],
      ['argmax', (x) => x.argmax(0), 1],
      ['cumsum', (x) => x.cumsum(1), 2.5],
      ['logsumexp', (x) => x.logsumexp(0), Math.log(Math.exp(2) + Math.exp(4))],
      ['softmax', (x) => x.softmax(0), 1 / (1 + Math.exp(2))],
      ['logSoftmax', (x) => x.logSoftmax(0), -Math.log1p(Math.exp(2))],
      ['sort', (x) => x.sort({ descending: true }).values, 0.5],
      ['topk', (x) => x.topk(2, 1).indices, 0],
      ['view', (x) => x.view([4]), 2],
      ['expand', (x) => x.narrow(0, 0, 1).expand([3, 2]), 2],
      ['flatten', (x) => x.flatten(), 2],
      ['transpose', (x) => x.transpose(0, 1), 1.5],
      ['unsqueeze', (x) => x.unsqueeze(0), 2],
      ['squeeze', (x) => x.unsqueeze(0).squeeze(0), 2],
      ['select', (x) => x.select(1, 1), 4],
      ['indexSelect', (x) => x.indexSelect(1, ints([0, 0])), 0.5],
      ['gather', (x) => x.gather(1, index()), 4],
      ['scatter', (x) => x.scatter(1, index(), x.neg()), 2],
      ['indexAdd', (x) => x.indexAdd(0, ints([1, 0]), x), 6],
      ['repeatInterleave', (x) => x.repeatInterleave(2, 0), 2],
      ['tril', (x) => x.tril(), 0],
      ['triu', (x) => x.triu(), 2],
      ['matmul', (x) => x.matmul(x), 9],
      ['detach', (x) => x.detach(), 2],
      ['clone', (x) => x.clone(), 2],
      ['contiguous', (x) => x.t().contiguous(), 1.5],
    ];
    for (const [name, method, expected] of cases) {
      const values = method(x()).toArray();
      assert.ok(Math.abs(values[1]! - expected) < 1e-12, `${name}: ${values[1]}, expected ${expected}`);
    }
    assert.equal(x().norm().item(), Math.sqrt(0.25 + 4 + 2.25 + 16));
    assert.deepEqual(
      [x().sum().item(), x().mean().item(), x().gt(1).all().item(), x().gt(1).any().item()],
      [8, 2, 0, 1],
    );
    assert.ok(Math.abs(x().var().item() - 13 / 6) < 1e-12); // squares of −1.5, 0, −0.5, 2 sum to 6.5, over 3
    assert.equal(tensor([1]).viewAs('int32').item(), 0x3f800000);
    assert.deepEqual(
      tensor([[0, 1]])
        .multinomial(3, new Random(1))
        .toArray(),
      [1, 1, 1],
    );
  });
});
