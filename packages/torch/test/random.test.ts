import assert from 'node:assert/strict';
import { test } from 'node:test';
import { empty, Random, randn, tensor, tidy } from '../src/index.ts';

const draws = (random: Random, count = 8): number[] =>
  tidy(() => empty([count], { dtype: 'float64' }).uniform_({ random }).toArray());

test('the same seed draws the same numbers, another seed others', () => {
  assert.deepEqual(draws(new Random(7)), draws(new Random(7)));
  assert.notDeepEqual(draws(new Random(7)), draws(new Random(8)));
});

test('a restored state draws what came after it was saved, also for normal numbers, of which one may be in store', () => {
  tidy(() => {
    const random = new Random(3);
    draws(random, 5);
    randn([3], random).toArray();
    const { state } = random;
    const after = [draws(random), randn([5], random).toArray(), randn([40], random).toArray()];
    const other = new Random(99);
    other.state = Uint8Array.from(state);
    assert.deepEqual([draws(other), randn([5], other).toArray(), randn([40], other).toArray()], after);
    random.state = state;
    assert.deepEqual(draws(random), after[0]);
  });
});

test('a state that is none is refused', () => {
  assert.throws(() => {
    new Random(1).state = new Uint8Array(10);
  });
});

test('sources do not disturb each other', () => {
  const [one, two] = [new Random(1), new Random(2)];
  const alone = [draws(new Random(1), 4), draws(new Random(1), 8).slice(4)];
  const first = draws(one, 4);
  draws(two, 100);
  assert.deepEqual([first, draws(one, 4)], alone);
});

test('normal, uniform, bernoulli and multinomial draw from the distributions they are named for', () => {
  tidy(() => {
    const random = new Random(5);
    const n = 40_000;
    // Bounds are 5 standard errors: σ/√n = 0.005 for σ = 1.
    const normal = empty([n]).normal_({ mean: 2, std: 3, random });
    assert.ok(Math.abs(normal.mean().item() - 2) < 5 * 0.015);
    assert.ok(Math.abs(normal.var().item() - 9) < 5 * 9 * Math.sqrt(2 / n));
    const uniform = empty([n]).uniform_({ from: -1, to: 3, random });
    assert.ok(Math.abs(uniform.mean().item() - 1) < 5 * 0.005 * Math.sqrt(16 / 12));
    assert.ok(uniform.ge(-1).all().item() && uniform.lt(3).all().item());
    const coins = empty([n]).bernoulli_(0.25, random);
    assert.ok(Math.abs(coins.mean().item() - 0.25) < 5 * 0.005 * Math.sqrt(0.1875));
    const picked = tensor([1, 0, 3]).multinomial(n, random);
    assert.ok(Math.abs(picked.eq(2).to('float32').mean().item() - 0.75) < 5 * 0.005 * Math.sqrt(0.1875));
    assert.equal(picked.eq(1).any().item(), 0);
  });
});
