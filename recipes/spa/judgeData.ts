/**
 * Labelled pairs as conversations to fine-tune a pairwise judge on: the question that `attune judge` and `attune train spa`
 * ask, in the form that the model reads, and the letter of the better response as its answer. Which response is shown as
 * (A) is drawn by the seed.
 *
 *   node recipes/spa/judgeData.ts PAIRS MODEL [SEED] > judge.jsonl
 */
import { fitPair, openModel, questionFor, type Tokenizer } from '@attune/align';
import { type Pair, readPairs, seededRandom, type Text, toText } from '@attune/preferences';

interface JudgeOptions {
  readonly tokenizer: Tokenizer;
  /** Tokens that the model can read. Of longer questions both responses are cut at their ends. */
  readonly maxLength: number;
  readonly seed: number;
}

/** A prompt and its completion for each pair that has two different responses, in the order of the pairs. */
export function judgeData(pairs: readonly Pair[], { tokenizer, maxLength, seed }: JudgeOptions): Text[] {
  const ask = questionFor(tokenizer);
  const random = seededRandom(seed);
  return pairs.flatMap(({ prompt, chosen, rejected }): Text[] => {
    const [letter, first, second] = random.uniform() < 0.5 ? ['A', chosen, rejected] : ['B', rejected, chosen];
    const fitted = fitPair(tokenizer, { prompt, a: toText(first!), b: toText(second!) }, maxLength);
    if (fitted.a === fitted.b) return []; // equal as far as they can be read: no letter is right
    const question = ask(fitted.prompt, fitted.a, fitted.b);
    if (typeof question === 'string') return [{ prompt: question, completion: ` ${letter}` }];
    const answer = `${question.at(-1)!.content} ${letter}`;
    return [{ prompt: question.slice(0, -1), completion: [{ role: 'assistant', content: answer }] }];
  });
}

if (import.meta.main) {
  const [file, path, seed = '42'] = process.argv.slice(2) as [string, string, string?];
  const { pairs } = await readPairs(file);
  using opened = await openModel(path, { device: 'cpu', dtype: 'float32' });
  const { tokenizer, model } = opened;
  const rows = judgeData(pairs, { tokenizer, maxLength: model.maxPositions, seed: Number(seed) });
  for (const row of rows) console.log(JSON.stringify(row));
  console.error(`${rows.length} of ${pairs.length} pairs; the others show two equal responses.`);
}
