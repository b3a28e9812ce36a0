import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  AdamW,
  liveTensors,
  noGrad,
  owned,
  Random,
  randn,
  type Tensor,
  tensor,
  tensorsOf,
  tidy,
  zeros,
} from '../src/index.ts';

/** Fails unless `work` leaves as many tensors as there were. */
function leavesNothing(work: () => void): void {
  const before = liveTensors();
  work();
  assert.equal(liveTensors(), before);
}

test('tidy frees what was born in it and keeps what it returns', () => {
  leavesNothing(() => {
    let inner: Tensor | undefined;
    using kept = tidy(() => {
      inner = zeros([2]);
      return inner.add(1);
    });
    assert.equal(inner!.disposed, true);
    assert.deepEqual(kept.toArray(), [1, 1]);
  });
});

test('what an inner tidy returns belongs to the tidy around it', () => {
  leavesNothing(() => {
    let escaped: Tensor | undefined;
    tidy(() => {
      escaped = tidy(() => zeros([1]).add(1));
      assert.equal(escaped.disposed, false);
    });
    assert.equal(escaped!.disposed, true);
  });
});

test('tidy keeps tensors in arrays, Maps, plain objects and objects that name what they own', () => {
  class Pair {
    readonly #own = [zeros([1]), zeros([1])];
    readonly unnamed = zeros([1]);
    [tensorsOf]() {
      return this.#own;
    }
  }
  leavesNothing(() => {
    const result = tidy(() => ({
      list: [zeros([1]), [zeros([1])]],
      map: new Map([['a', { deep: zeros([1]) }]]),
      pair: new Pair(),
      none: undefined,
      number: 1,
      nothing: null,
    }));
    const kept = [...result.list.flat(), result.map.get('a')!.deep, ...result.pair[tensorsOf]()];
    assert.deepEqual(
      kept.map((t) => t.disposed),
      [false, false, false, false, false],
    );
    assert.equal(result.pair.unnamed.disposed, true);
    for (const tensor of kept) tensor[Symbol.dispose]();
  });
});

test('tidy frees everything when its work throws, and passes the error on', () => {
  leavesNothing(() => {
    assert.throws(
      () =>
        tidy(() => {
          zeros([1]).add(1);
          tidy(() => {
            zeros([1]);
            throw new Error('mine');
          });
        }),
      /mine/,
    );
    tidy(() => zeros([1]).mul(2).item()); // scopes are in order again
  });
});

test('a tensor from outside that tidy returns is not freed, nor owned by it', () => {
  leavesNothing(() => {
    using outside = zeros([1]);
    const same = tidy(() => outside);
    assert.equal(same, outside);
    assert.equal(outside.disposed, false);
  });
});

test('owned() gives its result to the caller, whatever tidy is open around it', () => {
  leavesNothing(() => {
    let cache: Tensor | undefined;
    let temporary: Tensor | undefined;
    tidy(() => {
      cache = owned(() => {
        temporary = zeros([1]);
        return temporary.add(1);
      });
      zeros([1]);
    });
    assert.equal(temporary!.disposed, true);
    assert.equal(cache!.item(), 1);
    cache![Symbol.dispose]();
  });
});

test('owned() that throws leaves the scope around it as it was', () => {
  leavesNothing(() => {
    let born: Tensor | undefined;
    tidy(() => {
      assert.throws(() => owned(() => zeros([-1])));
      born = zeros([1]);
    });
    assert.equal(born!.disposed, true);
  });
});

test('noGrad records nothing, and recording goes on after it, also after a throw and inside another', () => {
  tidy(() => {
    const x = tensor([2]).setRequiresGrad();
    assert.equal(x.mul(2).requiresGrad, true);
    assert.equal(noGrad(() => x.mul(2)).requiresGrad, false);
    assert.throws(() => noGrad(() => x.view([7])));
    assert.equal(x.mul(2).requiresGrad, true);
    noGrad(() => {
      noGrad(() => {});
      assert.equal(x.mul(2).requiresGrad, false);
    });
    assert.equal(x.mul(2).requiresGrad, true);
  });
});

test('freeing a tensor that autograd still needs does not lose its value', () => {
  tidy(() => {
    const x = tensor([3]).setRequiresGrad();
    const square = tidy(() => x.mul(x).mul(x));
    square.backward();
    assert.deepEqual(x.grad!.toArray(), [27]);
  });
});

test('a tensor that was forgotten outside every tidy is freed with its garbage', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const before = liveTensors();
  (() => {
    for (let i = 0; i < 100; i++) zeros([1]);
  })();
  assert.equal(liveTensors(), before + 100);
  for (let i = 0; i < 100 && liveTensors() > before; i++) {
    collectGarbage();
    await setImmediate(); // finalizers run between tasks
  }
  // Conservative scanning of the stack may keep one or two of them.
  assert.ok(liveTensors() <= before + 2, `${liveTensors() - before} of 100 are left`);
});

test('10,000 training steps leave the number of tensors and the memory in use flat', () => {
  const random = new Random(0);
  using inputs = randn([16, 8], random);
  using targets = randn([16, 4], random);
  using weight = owned(() => randn([4, 8], random).setRequiresGrad());
  using optimizer = new AdamW([weight], { weightDecay: 0.01 });
  const step = () =>
    tidy(() => {
      const error = inputs.matmul(weight.t()).sub(targets);
      error.mul(error).mean().backward();
      optimizer.step({ learningRate: 1e-3 });
      optimizer.zeroGrad();
    });
  for (let i = 0; i < 2000; i++) step(); // the allocator and V8's heap come to rest
  const [tensors, memory] = [liveTensors(), process.memoryUsage().rss];
  for (let i = 0; i < 10_000; i++) step();
  assert.equal(liveTensors(), tensors);
  // One leaked tensor a step would be at least 10,000 · 0.3 kB of handles and headers, one leaked gradient twice that.
  assert.ok(process.memoryUsage().rss - memory < 20e6, `grew by ${process.memoryUsage().rss - memory} bytes`);
});
