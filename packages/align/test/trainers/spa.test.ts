import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, noGrad, Random } from '@attune/torch';
import type { EncodedPair } from '../../src/data/encode.ts';
import { adaptersOf } from '../../src/nn/lora.ts';
import { dpo } from '../../src/trainers/dpo.ts';
import { type NoiseState, noiseDetector } from '../../src/trainers/noise.ts';
import { liveReference } from '../../src/trainers/reference.ts';
import { type Refinement, type RefineRun, type RefineStep, refine } from '../../src/trainers/spa.ts';
import { DivergedError } from '../../src/trainers/Update.ts';
import { assertClose } from '../assertClose.ts';
import { total } from '../models/logitTable.ts';
import { tinyModel } from '../models/plain.ts';
import { allDoubted, allWeights, eightPairs, halfDoubted, inParts, updating, withLora } from './runs.ts';

// In float64 throughout.
const close = { rtol: 1e-9, atol: 1e-9 };
const softplus = (x: number): number => Math.log1p(Math.exp(x));

/** All steps of a round on models of its own. */
async function steps(
  changes: Partial<Refinement> = {},
  { size = 4, rounds = 3, ...more }: Partial<RefineRun> & { size?: number; rounds?: number } = {},
) {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  const update = updating(policy);
  using _ = update.optimizer;
  const windows = Array.from({ length: rounds }, () => inParts(eightPairs, size));
  const refinement = { ...halfDoubted, ...changes };
  const run = { policy, reference, beta: 0.1, refinement, windows, ...update, ...more };
  const reports = await Array.fromAsync(refine(run));
  return { reports, weights: allWeights(policy) };
}

/** The same with plain DPO. */
async function dpoSteps({ rounds = 3 } = {}) {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  const update = updating(policy);
  using _ = update.optimizer;
  const windows = Array.from({ length: rounds }, () => inParts(eightPairs, 4));
  const objective = { types: ['sigmoid'] as const, options: { beta: 0.1 } };
  const run = dpo({ policy, reference: liveReference(reference), objective, windows, ...update });
  return { reports: await Array.fromAsync(run), weights: allWeights(policy) };
}

/** What DPO reports too. */
const withoutDoubts = ({ doubts: _, flagged: __, ...step }: RefineStep) => step;

const alikeDpo: Record<string, Partial<Refinement>> = {
  'α = 0': { alpha: 0 },
  'nothing flagged': { noiseShare: 0 },
  'a window that never fills': { window: 1000 },
  'a round that ends before doubt starts': { startsAfter: 3 },
};

for (const [name, changes] of Object.entries(alikeDpo)) {
  test(`${name}: three steps are those of plain DPO, to the last bit`, async () => {
    const [refined, plain] = [await steps(changes), await dpoSteps()];
    assert.deepEqual(refined.reports.map(withoutDoubts), plain.reports);
    assert.deepEqual(refined.weights, plain.weights);
  });
}

test('with flags it is not DPO', async () => {
  const [refined, plain] = [await steps(), await dpoSteps()];
  assert.ok(refined.reports.every(({ flagged }) => flagged === 4));
  assert.notDeepEqual(refined.weights, plain.weights);
});

test('plain DPO for so many steps as are said, to the last bit, while the window fills; then flags', async () => {
  const { reports } = await steps({ startsAfter: 2 });
  const plain = await dpoSteps();
  assert.deepEqual(reports.slice(0, 2).map(withoutDoubts), plain.reports.slice(0, 2));
  assert.deepEqual(
    reports.map(({ flagged }) => flagged),
    [0, 0, 4],
  );
  assert.ok(Number.isFinite(reports[0]!.doubts[0]!.threshold), 'the window was full before');
  assert.ok(reports[2]!.loss !== plain.reports[2]!.loss);
  const late = await steps({ startsAfter: 2 }, { rounds: 2 });
  assert.deepEqual(late.weights, (await dpoSteps({ rounds: 2 })).weights);
});

test('adapters with dropout: with α = 0 it is DPO against the policy with its adapters off, to the last bit', async () => {
  const setup = () => {
    const noise = new Random(11);
    const policy = withLora(tinyModel(), new Random(2), noise);
    const update = updating(policy);
    return { policy, noise, update, windows: [1, 2, 3].map(() => inParts(eightPairs, 4)) };
  };
  const finish = ({ policy, noise, update }: ReturnType<typeof setup>) => {
    const state = { weights: allWeights(policy), noise: noise.state };
    assert.ok(adaptersOf(policy).every(([, { enabled, noise: own }]) => enabled && own === noise));
    update.optimizer[Symbol.dispose]();
    policy[Symbol.dispose]();
    return state;
  };
  const plain = setup();
  const objective = { types: ['sigmoid'] as const, options: { beta: 0.1 } };
  const live = liveReference(plain.policy, { adaptersOff: true });
  const expected = await Array.fromAsync(
    dpo({ policy: plain.policy, reference: live, objective, windows: plain.windows, ...plain.update }),
  );
  const refined = setup();
  const { policy, windows, update } = refined;
  const run = { policy, reference: policy, adaptersOff: true, beta: 0.1, refinement: { ...halfDoubted, alpha: 0 } };
  const reports = await Array.fromAsync(refine({ ...run, windows, ...update }));
  assert.deepEqual(reports.map(withoutDoubts), expected);
  assert.deepEqual(finish(refined), finish(plain));
});

test('at the first step of a round every margin is 0 and the loss ln 2, whatever is flagged and whatever α', async () => {
  for (const alpha of [0, 0.1, 0.5]) {
    using policy = tinyModel('llama', 1);
    using reference = tinyModel('llama', 1);
    const update = updating(policy);
    using _ = update.optimizer;
    const run = { policy, reference, beta: 0.1, refinement: { ...allDoubted, alpha }, windows: [[eightPairs]] };
    const [step] = await Array.fromAsync(refine({ ...run, ...update }));
    assertClose(step!.loss, Math.LN2, { atol: 1e-15 });
    assert.equal(step!.flagged, 8);
    for (const { margin, extrapolated } of step!.doubts) {
      assert.equal(margin, 0);
      assertClose(extrapolated, 0, { atol: 1e-12 }); // (1+λ)·h − λ·h rounds
    }
    if (alpha === 0.5) assertClose(step!.gradNorm, 0, { atol: 1e-14 });
    else assert.ok(step!.gradNorm > 0);
  }
});

test('the loss of a step is the mean of softplus(−m) + αz·m over its pairs', async () => {
  const { reports } = await steps({ alpha: 0.3 }, { size: 4 });
  for (const { loss, doubts, pairs, flagged, margin } of reports) {
    const losses = doubts.map((doubt) => softplus(-doubt.margin) + (doubt.flagged ? 0.3 : 0) * doubt.margin);
    assertClose(loss, total(losses) / 8, close);
    assertClose(margin, total(doubts.map((doubt) => doubt.margin)) / 8, close);
    assert.deepEqual([pairs, doubts.length, flagged], [8, 8, 4]);
  }
});

test('flags are those of the window over extrapolated margins, micro-batch by micro-batch', async () => {
  const rules = [halfDoubted, { ...halfDoubted, window: 6 }, { ...halfDoubted, window: 3, rule: 'released' as const }];
  for (const refinement of rules) {
    const { reports } = await steps(refinement, { size: 2 });
    const detect = noiseDetector(refinement);
    for (const doubts of reports.flatMap((report) => inParts(report.doubts, 2))) {
      const { flagged, threshold } = detect(doubts.map(({ extrapolated }) => extrapolated));
      assert.deepEqual(
        doubts.map((doubt) => [doubt.flagged, doubt.threshold]),
        flagged.map((flag) => [flag, threshold]),
      );
    }
  }
});

test('where every pair is flagged, 1 × 8, 8 × 1 and 2 × 4 are one step', async () => {
  const whole = await steps(allDoubted, { size: 8, rounds: 1 });
  for (const size of [1, 2, 4]) {
    const parts = await steps(allDoubted, { size, rounds: 1 });
    assertClose(parts.reports[0]!.loss, whole.reports[0]!.loss, { rtol: 1e-9, what: `${size} at a time` });
    assertClose(parts.weights, whole.weights, { rtol: 1e-6, atol: 1e-9, what: `weights, ${size} at a time` });
  }
});

test('a step tells its number, its rate, its tokens, and each pair by its id', async () => {
  using policy = tinyModel('llama', 1);
  using reference = tinyModel('llama', 9);
  const update = updating(policy, { learningRate: 0.02 });
  using _ = update.optimizer;
  const named = eightPairs.map((pair, i) => ({ ...pair, id: `pair-${i}` }));
  const run = { policy, reference, beta: 0.1, refinement: halfDoubted, windows: [inParts(named, 4)], ...update };
  const [step] = await Array.fromAsync(refine({ ...run, stepsDone: 41 }));
  assert.deepEqual([step!.step, step!.learningRate, step!.pairs], [42, 0.02, 8]);
  assert.deepEqual(
    step!.doubts.map(({ id }) => id),
    named.map(({ id }) => id),
  );
  const tokens = eightPairs.flatMap(({ prompt, chosen, rejected }) => [...prompt, ...chosen, ...rejected]);
  assert.equal(step!.tokens, tokens.length);
});

test('steps before doubt are counted from the start of the round, also where it is resumed', async () => {
  const { reports } = await steps({ startsAfter: 42 }, { stepsDone: 41 });
  assert.deepEqual(
    reports.map(({ step, flagged }) => [step, flagged]),
    [
      [42, 0],
      [43, 4],
      [44, 4],
    ],
  );
});

test('a round goes on from its window in plain numbers to the last bit, and not without it', async () => {
  const changes = { window: 12, noiseShare: 0.25 };
  const whole = await steps(changes, { rounds: 4 });
  const [kept, lost] = await Promise.all(
    [true, false].map(async (keeps) => {
      using policy = tinyModel('llama', 1);
      using reference = tinyModel('llama', 9);
      const update = updating(policy);
      using _ = update.optimizer;
      const refinement = { ...halfDoubted, ...changes };
      const windows = [1, 2].map(() => inParts(eightPairs, 4));
      const run = { policy, reference, beta: 0.1, refinement, windows, ...update };
      const noise: NoiseState = { recent: [] };
      const first = await Array.fromAsync(refine({ ...run, noise }));
      const saved = keeps ? (JSON.parse(JSON.stringify(noise)) as NoiseState) : undefined;
      const second = await Array.fromAsync(refine({ ...run, noise: saved, stepsDone: 2 }));
      return { reports: [...first, ...second], weights: allWeights(policy) };
    }),
  );
  assert.deepEqual(kept, whole);
  assert.notDeepEqual(lost!.weights, whole.weights);
});

// What de-coupled detection does to the flags

test('mixed without renormalisation, margins would flag what the policy’s own flag; with it the flags differ', async () => {
  const still = { learningRate: () => 0 }; // no weight moves
  const lambda = 0.5;
  const { reports } = await steps({ lambda }, { rounds: 1, size: 8, ...still });
  const { doubts } = reports[0]!;
  const flagsOf = (margins: number[]) => noiseDetector({ ...halfDoubted, window: 8 })(margins).flagged;
  const own = doubts.map(({ margin }) => margin);
  const coupled = flagsOf(own);
  assert.deepEqual(flagsOf(own.map((margin) => (1 + lambda) * margin)), coupled);
  assert.notDeepEqual(flagsOf(doubts.map(({ extrapolated }) => extrapolated)), coupled);

  const flagged = async (changes: Partial<Refinement>) => {
    const { reports: found } = await steps({ window: 8, ...changes }, { rounds: 1, size: 8, ...still });
    return found[0]!.doubts.map((doubt) => doubt.flagged);
  };
  assert.deepEqual(await flagged({ lambda: 0 }), coupled);
  assert.notDeepEqual(await flagged({ lambda }), coupled);
});

test('λ = 0 is plain self-refinement: m̃ = m to the last bit', async () => {
  const { reports } = await steps({ lambda: 0 });
  for (const { margin, extrapolated } of reports.flatMap(({ doubts }) => doubts)) assert.equal(extrapolated, margin);
});

test('steps leave no tensor behind, with a reference of its own and with adapters off', async () => {
  for (const lora of [false, true]) {
    using policy = lora ? withLora(tinyModel(), new Random(1), new Random(2)) : tinyModel();
    using other = tinyModel('llama', 9);
    const update = updating(policy);
    using _ = update.optimizer;
    const windows = [1, 2, 3].map(() => inParts(eightPairs, 4));
    const run = {
      policy,
      reference: lora ? policy : other,
      adaptersOff: lora,
      beta: 0.1,
      refinement: halfDoubted,
      windows,
    };
    let live: number | undefined;
    for await (const { flagged } of refine({ ...run, ...update })) {
      assert.ok(flagged > 0); // about half; at the first step margins differ by rounding alone
      live ??= liveTensors();
      assert.equal(liveTensors(), live);
    }
  }
});

test('a loss that is no number stops the round with every weight as it was, and leaves no tensor behind', async () => {
  using policy = tinyModel();
  using reference = tinyModel('llama', 9);
  const update = updating(policy);
  using _ = update.optimizer;
  const run = { policy, reference, beta: 0.1, refinement: halfDoubted, ...update, stepsDone: 6 };
  await Array.fromAsync(refine({ ...run, windows: [[eightPairs]] }));
  update.optimizer.zeroGrad();
  noGrad(() => void policy.parameters().at(-1)!.fill_(Number.NaN));
  const [weights, live] = [allWeights(policy), liveTensors()];
  await assert.rejects(Array.fromAsync(refine({ ...run, windows: [[eightPairs]] })), (error) => {
    assert.ok(error instanceof DivergedError);
    assert.match(error.message, /^Step 7: the loss is NaN/);
    return true;
  });
  assert.deepEqual(allWeights(policy), weights);
  assert.equal(liveTensors(), live);
});

test('a pair of unknown tokens is refused, with the adapters on again and no tensor left', async () => {
  using policy = withLora(tinyModel(), new Random(1));
  const update = updating(policy);
  using _ = update.optimizer;
  const run = { policy, reference: policy, adaptersOff: true, beta: 0.1, refinement: halfDoubted, ...update };
  await Array.fromAsync(refine({ ...run, windows: [[eightPairs]] }));
  const live = liveTensors();
  const broken: EncodedPair = { prompt: [1], chosen: [2], rejected: [99] };
  await assert.rejects(Array.fromAsync(refine({ ...run, windows: [[[eightPairs[0]!], [broken]]] })), {
    code: 'native',
  });
  assert.equal(liveTensors(), live);
  assert.ok(adaptersOf(policy).every(([, { enabled }]) => enabled));
});
