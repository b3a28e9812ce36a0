import assert from 'node:assert/strict';
import { test } from 'node:test';
import { liveTensors, tensor, tidy } from '@attune/torch';
import fc from 'fast-check';
import type { CausalLm } from '../../src/models/CausalLm.ts';
import { type Generated, type GenerateOptions, generate, type SampledToken } from '../../src/sampling/generate.ts';
import { stepsOf } from '../../src/sampling/steps.ts';
import { assertClose } from '../assertClose.ts';
import { type Family, logitsOf, tinyConfigs, tinyModel } from '../models/plain.ts';

const families = Object.keys(tinyConfigs) as Family[];
const vocab = 19;

const all = (model: CausalLm, prompts: number[][], options: GenerateOptions, places?: number[]): Promise<Generated[]> =>
  Array.fromAsync(generate(model, prompts, options, places));

const inPlace = (responses: Generated[]) => responses.toSorted((a, b) => a.prompt - b.prompt || a.index - b.index);

const greedy = { temperature: 0, seed: 0, endIds: [] };

/** Greedy continuation by the plain way: the whole text through the model again for every token. */
function recomputed(
  model: CausalLm,
  prompt: readonly number[],
  { maxNewTokens, endIds, repetitionPenalty }: Pick<GenerateOptions, 'maxNewTokens' | 'endIds' | 'repetitionPenalty'>,
) {
  const ids: number[] = [];
  const logps: number[] = [];
  while (ids.length < maxNewTokens && !endIds.includes(ids.at(-1)!)) {
    const logits = logitsOf(model, [...prompt, ...ids]).at(-1)!;
    const seen = Array.from({ length: vocab }, (_, id) => Number([...prompt, ...ids].includes(id)));
    const shaped = tidy(() =>
      stepsOf({ temperature: 0, repetitionPenalty })(
        tensor([logits], { dtype: 'float64' }),
        tensor([seen], { dtype: 'bool' }),
      ).toArray(),
    );
    const id = shaped.indexOf(Math.max(...shaped));
    ids.push(id);
    logps.push(logits[id]! - Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0)));
  }
  return { ids, logps };
}

/** What the responses' log-probabilities must be, with every token computed from the whole text before it. */
function checkLogps(model: CausalLm, prompts: number[][], responses: readonly Generated[]): void {
  for (const { prompt, ids, logps } of responses) {
    const text = [...prompts[prompt]!, ...ids];
    const rows = logitsOf(model, text).slice(prompts[prompt]!.length - 1, -1);
    const expected = rows.map(
      (logits, t) => logits[ids[t]!]! - Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0)),
    );
    assertClose(logps, expected, { rtol: 1e-8, atol: 1e-8 });
  }
}

const promptLists = fc.array(fc.array(fc.integer({ min: 0, max: vocab - 1 }), { minLength: 1, maxLength: 9 }), {
  minLength: 1,
  maxLength: 4,
});
const examples = { numRuns: 12, seed: 20261121 };

test('the likeliest tokens in each place are those of the whole text, in falling order, whatever was drawn', async () => {
  using model = tinyModel('llama');
  const tokens: SampledToken[] = [];
  const prompts = [[1, 2, 3], [4]];
  const options = {
    ...greedy,
    temperature: 2,
    maxNewTokens: 6,
    likeliest: 3,
    onToken: (token: SampledToken) => void tokens.push(token),
  };
  for (const { prompt, ids } of await all(model, prompts, options)) {
    const text = [...prompts[prompt]!, ...ids];
    const rows = logitsOf(model, text).slice(prompts[prompt]!.length - 1, -1);
    const told = tokens.filter((token) => token.prompt === prompt).map(({ likeliest }) => likeliest!);
    for (const [t, logits] of rows.entries()) {
      const mass = Math.log(logits.reduce((sum, l) => sum + Math.exp(l), 0));
      const order = [...logits.keys()].sort((a, b) => logits[b]! - logits[a]!).slice(0, 3);
      assert.deepEqual(
        told[t]!.map(({ id }) => id),
        order,
      );
      assertClose(
        told[t]!.map(({ logp }) => logp),
        order.map((id) => logits[id]! - mass),
        { rtol: 1e-8, atol: 1e-8 },
      );
    }
  }
});

for (const family of families) {
  test(`${family}: greedy responses from the cache are those of recomputing the whole text for every token`, async () => {
    using model = tinyModel(family);
    await fc.assert(
      fc.asyncProperty(promptLists, fc.integer({ min: 1, max: 9 }), async (prompts, maxNewTokens) => {
        const endIds = [3, 7, 11]; // so that rows finish, and are dropped, at different times
        const responses = inPlace(await all(model, prompts, { ...greedy, maxNewTokens, endIds, samples: 2 }));
        assert.equal(responses.length, 2 * prompts.length);
        for (const { prompt, ids, logps, finish } of responses) {
          const plain = recomputed(model, prompts[prompt]!, { maxNewTokens, endIds });
          assert.deepEqual(ids, plain.ids);
          assertClose(logps, plain.logps, { rtol: 1e-8, atol: 1e-8 });
          assert.equal(finish, endIds.includes(ids.at(-1)!) ? 'stop' : 'length');
        }
      }),
      examples,
    );
  });

  test(`${family}: sampled responses carry the log-probabilities of recomputing the whole text, whatever was dropped`, async () => {
    using model = tinyModel(family, 2);
    await fc.assert(
      fc.asyncProperty(promptLists, fc.integer({ min: 1, max: 3 }), fc.integer(), async (prompts, samples, seed) => {
        const options = { temperature: 3, endIds: [3, 7, 11], maxNewTokens: 10, samples, seed };
        const responses = await all(model, prompts, options);
        assert.deepEqual(
          inPlace(responses).map(({ prompt, index }) => [prompt, index]),
          prompts.flatMap((_, prompt) => Array.from({ length: samples }, (_, index) => [prompt, index])),
        );
        checkLogps(model, prompts, responses);
        for (const { ids, finish } of responses) {
          assert.equal(finish, options.endIds.includes(ids.at(-1)!) ? 'stop' : 'length');
          assert.ok(
            ids.slice(0, -1).every((id) => !options.endIds.includes(id)),
            'nothing comes after an end token',
          );
          if (finish === 'length') assert.equal(ids.length, 10);
        }
      }),
      examples,
    );
  });

  test(`${family}: what a response says depends on seed, place and index, not on what else is in the batch`, async () => {
    using model = tinyModel(family, 3);
    const prompts = [[1, 2, 3, 4, 5, 6], [7], [8, 9, 1], [2, 2]];
    const options = { temperature: 2, endIds: [3, 7], maxNewTokens: 8, samples: 3, seed: 5 };
    const together = inPlace(await all(model, prompts, options));
    for (const [place, prompt] of prompts.entries()) {
      const alone = inPlace(await all(model, [prompt], options, [place]));
      assert.deepEqual(
        alone.map(({ ids }) => ids),
        together.filter((r) => r.prompt === place).map(({ ids }) => ids),
      );
      const [first] = await all(model, [prompt], { ...options, samples: 1 }, [place]);
      assert.deepEqual(first!.ids, alone[0]!.ids);
    }
    const turned = inPlace(await all(model, prompts.toReversed(), options, [3, 2, 1, 0]));
    assert.deepEqual(
      turned.map(({ ids }) => ids),
      together.map(({ ids }) => ids),
    );
    const other = inPlace(await all(model, prompts, { ...options, seed: 6 }));
    assert.notDeepEqual(
      other.map(({ ids }) => ids),
      together.map(({ ids }) => ids),
    );
  });
}

test('greedy with a repetition penalty remembers prompt and response', async () => {
  using model = tinyModel('llama');
  for (const prompt of [
    [1, 2, 3],
    [4, 4],
  ]) {
    const options = { maxNewTokens: 8, endIds: [], repetitionPenalty: 1.7 };
    const [response] = await all(model, [prompt], { ...greedy, ...options });
    assert.deepEqual(response!.ids, recomputed(model, prompt, options).ids);
  }
});

test('tokens are drawn as often as they are likely, also after the filters', async () => {
  using model = tinyModel('llama', 4);
  const prompt = [5, 6];
  const settings = { temperature: 4, topK: 6 };
  const probabilities = tidy(() => {
    const logits = tensor([logitsOf(model, prompt).at(-1)!], { dtype: 'float64' });
    return stepsOf(settings)(logits, logits).softmax(-1).toArray();
  });
  const n = 3000;
  const responses = await all(model, [prompt], { ...settings, maxNewTokens: 1, samples: n, endIds: [], seed: 1 });
  const counts = Array<number>(vocab).fill(0);
  for (const { ids } of responses) counts[ids[0]!]!++;
  const possible = probabilities.flatMap((p, id) => (p > 0 ? [id] : []));
  assert.equal(possible.length, 6);
  assert.equal(
    possible.reduce((sum, id) => sum + counts[id]!, 0),
    n,
  );
  const chiSquare = possible.reduce(
    (sum, id) => sum + (counts[id]! - n * probabilities[id]!) ** 2 / (n * probabilities[id]!),
    0,
  );
  assert.ok(chiSquare < 20.5, `χ² = ${chiSquare}`); // 99.9 % quantile for 5 degrees of freedom; the seed is fixed
});

test('samples of one prompt are not each other, nor those of the same prompt at another place', async () => {
  using model = tinyModel('llama', 5);
  const responses = await all(model, [[1], [1]], { temperature: 5, maxNewTokens: 12, samples: 4, endIds: [], seed: 0 });
  assert.equal(new Set(responses.map(({ ids }) => ids.join())).size, 8);
});

test('a response comes as soon as it is finished; onToken hears each of its tokens, in order, and no more', async () => {
  using model = tinyModel('llama', 2);
  const heard = new Map<string, number[]>();
  const onToken = ({ prompt, index, id }: SampledToken) => {
    const key = `${prompt} ${index}`;
    heard.set(key, [...(heard.get(key) ?? []), id]);
  };
  const options = { temperature: 3, endIds: [3, 7], maxNewTokens: 12, samples: 5, seed: 2, onToken };
  const responses = await all(model, [[1, 2], [3]], options);
  const lengths = responses.map(({ ids }) => ids.length);
  assert.deepEqual(
    lengths,
    lengths.toSorted((a, b) => a - b),
  );
  assert.ok(new Set(lengths).size > 1);
  for (const { prompt, index, ids } of responses) assert.deepEqual(heard.get(`${prompt} ${index}`), ids);
});

test('endsAt ends a response by what it says', async () => {
  using model = tinyModel('llama', 2);
  const endsAt = (ids: readonly number[]) => ids.length >= 3 && ids.at(-1)! % 2 === 0;
  const responses = await all(model, [[1], [2]], {
    temperature: 3,
    endIds: [],
    endsAt,
    maxNewTokens: 40,
    samples: 3,
    seed: 1,
  });
  for (const { ids, finish } of responses) {
    assert.equal(finish, 'stop');
    assert.ok(endsAt(ids) && !ids.some((_, t) => endsAt(ids.slice(0, t))));
  }
});

test('generation leaves no tensor behind: when it ends, when its reader leaves, when it is aborted, when it throws', async () => {
  using model = tinyModel('llama', 2);
  const options = { temperature: 1, endIds: [3], maxNewTokens: 6, samples: 2, seed: 1 };
  await all(model, [[1, 2]], options); // makes the rotary table
  const before = liveTensors();
  await all(model, [[1, 2], [3]], options);
  assert.equal(liveTensors(), before);

  for await (const _ of generate(
    model,
    [
      [1, 2],
      [3, 4, 5],
    ],
    options,
  ))
    break;
  assert.equal(liveTensors(), before);

  const controller = new AbortController();
  const onToken = () => controller.abort(new Error('enough'));
  await assert.rejects(all(model, [[1, 2]], { ...options, endIds: [], onToken, signal: controller.signal }), /enough/);
  assert.equal(liveTensors(), before);

  const endsAt = () => {
    throw new Error('in the reader');
  };
  await assert.rejects(all(model, [[1, 2]], { ...options, endsAt }), /in the reader/);
  assert.equal(liveTensors(), before);
});

test('a prompt without tokens, no prompts, and a text longer than the model sees are told, or nothing is done', async () => {
  using model = tinyModel('gpt2');
  assert.deepEqual(await all(model, [], { ...greedy, maxNewTokens: 2 }), []);
  await assert.rejects(all(model, [[1], []], { ...greedy, maxNewTokens: 2 }), {
    code: 'prompt',
    message: /Prompt 1 has no tokens/,
  });
  await assert.rejects(all(model, [[1], Array(60).fill(2)], { ...greedy, maxNewTokens: 10 }), {
    code: 'prompt',
    message: /Prompt 1 has 60 tokens; with 10 new ones that is more than the 64 positions/,
  });
});

test("another model's tokens, and no token or no response to sample, are refused before anything is computed", async () => {
  using model = tinyModel('gpt2');
  await assert.rejects(all(model, [[1], [2, model.vocabSize]], { ...greedy, maxNewTokens: 2 }), {
    code: 'prompt',
    message: new RegExp(`Prompt 1 has the token ${model.vocabSize}, and the model's vocabulary has ${model.vocabSize}`),
  });
  for (const wrong of [{ maxNewTokens: 0 }, { maxNewTokens: 1.5 }, { maxNewTokens: 2, samples: 0 }]) {
    await assert.rejects(all(model, [[1]], { ...greedy, ...wrong }), { code: 'invalid_value', message: /at least 1/ });
  }
});
