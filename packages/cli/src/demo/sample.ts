import type { OpenedModel } from '@attune/align';
import {
  type Content,
  type Pair,
  type Prompt,
  readPrompts,
  type SimulatedAnnotator,
  toMessages,
  toText,
  writeRecords,
} from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { StoppedError, UsageError } from '../errors.ts';
import { newTokens, promptThatFits, type Response, respond } from '../models/responses.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import type { DemoOptions } from './journey.ts';
import { rowsAtATime, temperature } from './settings.ts';

/** The first prompts of a file. @throws UsageError where there are fewer */
export async function firstPrompts(file: string, count: number): Promise<Prompt[]> {
  const { prompts } = await readPrompts(file);
  if (prompts.length >= count) return prompts.slice(0, count);
  throw new UsageError(`${file} has ${prompts.length} prompts, ${count} were asked for.`);
}

/** A story's beginning as the model is to see it: as it stands, or as a request to a chat model. */
export function request({ tokenizer }: OpenedModel, { prompt }: Prompt): Content {
  if (!tokenizer.hasChatTemplate) return prompt;
  return [{ role: 'user', content: `Write a short bedtime story for a small child. It begins: ${toText(prompt)}` }];
}

/** Every prompt's responses, in the order of the prompts. */
export async function sample(
  { signal }: CommandContext,
  opened: OpenedModel,
  prompts: readonly Prompt[],
  {
    samples,
    seed,
    maxNewTokens,
    temperature: t = temperature,
  }: DemoOptions & { samples: number; temperature?: number },
): Promise<Response[][]> {
  const encoded = prompts.map((prompt, i) => ({
    id: prompt.id ?? String(i),
    ids: promptThatFits(opened, request(opened, prompt), 1),
  }));
  const longest = encoded.reduce((most, { ids }) => Math.max(most, ids.length), 0);
  const shown = progress(standardError(), { label: 'sample', total: prompts.length * samples, unit: 'responses' });
  const responses: Response[][] = prompts.map(() => []);
  let done = 0;
  for await (const { prompt, ...response } of respond(opened, encoded, {
    samples,
    seed,
    temperature: t,
    stop: [],
    batchSize: rowsAtATime,
    maxNewTokens: newTokens(maxNewTokens, longest, opened.model.maxPositions),
  })) {
    responses[prompt]![response.index] = response;
    shown.update(++done);
    if (signal.aborted) throw new StoppedError();
  }
  shown.end();
  return responses;
}

/** Writes the annotator's choices as preference pairs, in the form that the model is prompted in. @returns how many */
export async function judge(
  annotator: SimulatedAnnotator,
  opened: OpenedModel,
  prompts: readonly Prompt[],
  responses: readonly Response[][],
  file: string,
): Promise<number> {
  const answer = (text: string): Content => (opened.tokenizer.hasChatTemplate ? toMessages(text, 'assistant') : text);
  const pairs = prompts.flatMap((prompt, i): Pair[] => {
    const [a, b] = responses[i]!;
    if (a!.text === b!.text) return [];
    const id = prompt.id ?? String(i);
    const { choice } = annotator.compare({ id, a: a!.text, b: b!.text });
    const [chosen, rejected] = choice === 'a' ? [a!, b!] : [b!, a!];
    return [{ id, prompt: request(opened, prompt), chosen: answer(chosen.text), rejected: answer(rejected.text) }];
  });
  await writeRecords(file, pairs);
  return pairs.length;
}
