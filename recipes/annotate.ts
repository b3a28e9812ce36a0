/**
 * The simulated annotator of this project chooses between responses that `attune generate -n 2` (or 4, …) sampled: the
 * first against the second, the third against the fourth.
 *
 *   node recipes/annotate.ts PROMPTS RESPONSES > pairs.jsonl
 */
import { bedtimeWeights, type Pair, readPrompts, simulatedAnnotator } from '@attune/preferences';
import { readLines } from './tools.ts';

interface Annotation {
  /** Log-odds a word. With a bias it has no opinion on the right length, so that the bias is all it knows of length. */
  readonly lengthBias: number;
  readonly noise: number;
  readonly seed: number;
}

/** Pairs of every prompt's responses; two that are the same give none. */
export async function annotate(
  promptsFile: string,
  responsesFile: string,
  { lengthBias, ...options }: Annotation,
): Promise<Pair[]> {
  const weights = lengthBias === 0 ? bedtimeWeights : { ...bedtimeWeights, goodLength: 0 };
  const annotator = simulatedAnnotator({ ...options, lengthBias, weights });
  const texts = new Map<string, string[]>();
  for (const { id, index, text } of readLines<{ id: string; index: number; text: string }>(responsesFile)) {
    const known = texts.get(id) ?? [];
    known[index] = text;
    texts.set(id, known);
  }
  const { prompts } = await readPrompts(promptsFile);
  return prompts.flatMap(({ id: prompt, prompt: said }) => {
    const responses = texts.get(prompt!) ?? [];
    return Array.from({ length: Math.floor(responses.length / 2) }, (_, i) => i).flatMap((i): Pair[] => {
      const [a, b] = [responses[2 * i]!, responses[2 * i + 1]!];
      if (a === b) return [];
      const id = `${prompt}-${i}`;
      const [chosen, rejected] = annotator.compare({ id, a, b }).choice === 'a' ? [a, b] : [b, a];
      return [{ id, prompt: said, chosen, rejected }];
    });
  });
}

if (import.meta.main) {
  const [prompts, responses] = process.argv.slice(2) as [string, string];
  const pairs = await annotate(prompts, responses, { lengthBias: 0, noise: 0.05, seed: 42 });
  for (const pair of pairs) console.log(JSON.stringify(pair));
}
