import { type Content, DataError, type Problem, readAs, readPrompts } from '@attune/preferences';
import { z } from 'zod';
import { idOf } from './encodeLines.ts';

/** A response as `attune generate` writes it, as much as is read of it. */
const Generated = z.object({
  id: z.preprocess((id) => (typeof id === 'number' ? String(id) : id), z.string()), // of its prompt
  index: z.int().min(0),
  text: z.string(),
});

/** A prompt and the responses that were sampled to it, in the order of their lines. */
export interface Answered {
  readonly id: string;
  readonly prompt: Content;
  readonly responses: { readonly index: number; readonly text: string; readonly line: number }[];
}

/**
 * Prompts with their responses, joined by id: a prompt without one is called by its line, as `attune generate` does.
 * Prompts that have no response are left out.
 *
 * @throws DataError for lines that are no responses, whose prompt is not there, or that stand there twice
 */
export async function readGenerated(promptsFile: string, responsesFile: string): Promise<Answered[]> {
  const answered = await byId(promptsFile);
  const { records, lines, unit } = await readAs(Generated, responsesFile, needs);
  const problems: Problem[] = [];
  for (const [i, { id, index, text }] of records.entries()) {
    const line = lines[i]!;
    const responses = answered.get(id)?.responses;
    const refuse = (field: string, message: string) => problems.push({ line, field, message });
    if (!responses) refuse('id', `${promptsFile} has no prompt ${JSON.stringify(id)}`);
    else if (responses.some((other) => other.index === index)) {
      refuse('index', `response ${index} to prompt ${JSON.stringify(id)} stands there twice`);
    } else responses.push({ index, text, line });
  }
  if (problems.length > 0) throw new DataError(responsesFile, problems, { needs, unit });
  return [...answered.values()].filter(({ responses }) => responses.length > 0);
}

const needs = 'Each line needs id (of a prompt), index and text, as attune generate writes them.';

async function byId(file: string): Promise<Map<string, Answered>> {
  const { prompts, lines, unit } = await readPrompts(file);
  const answered = new Map<string, Answered>();
  const problems: Problem[] = [];
  for (const [i, { id, prompt }] of prompts.entries()) {
    const name = idOf(id, lines[i]!);
    if (answered.has(name)) {
      problems.push({ line: lines[i]!, field: 'id', message: `the id ${JSON.stringify(name)} stands there twice` });
    }
    answered.set(name, { id: name, prompt, responses: [] });
  }
  if (problems.length > 0) throw new DataError(file, problems, { unit });
  return answered;
}
