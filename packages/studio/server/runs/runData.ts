/** What the project has to train on, as lines of files. */
import { asText } from '@attune/preferences';
import type { Message } from '../../shared/queue.ts';
import type { NewRun, RunChoices } from '../../shared/runs.ts';
import { exportItems, exportSummary, standingOf } from '../exports/select.ts';
import type { Studio } from '../studio.ts';
import { choices } from './places.ts';
import { projectPrompts, promptTexts } from './prompts.ts';

/** A majority of any size decides. */
const anyMajority = { agreement: 0, leastVotes: 1 };

/** What there is to start a run from. */
export async function stockOf(studio: Studio, projectId: string): Promise<RunChoices> {
  const [prompts, summary] = [
    await projectPrompts(studio.db, projectId),
    await exportSummary(studio.db, projectId, anyMajority),
  ];
  const openPrompts = prompts.filter(({ decided }) => !decided).length;
  return { ...choices(studio, projectId), pairs: summary.pairs, prompts: prompts.length, openPrompts };
}

/** A model without a chat template reads text as it stands. */
export type Form = 'messages' | 'text';

/** The text of a prompt that is one question; undefined for a conversation. */
const singleText = ([first, ...more]: readonly Message[]): string | undefined =>
  more.length === 0 && first?.role === 'user' ? first.content : undefined;

/** The lines that a run needs of the project: its data, unless that is a file of the studio's, and prompts beside them. */
export async function linesFor(
  studio: Studio,
  projectId: string,
  { stage, data }: NewRun,
  form: Form,
): Promise<{ data: object[]; prompts: object[] }> {
  const ofData = () =>
    stage === 'ppo' ? promptLines(studio, projectId, 'all', form) : voted(studio, projectId, stage, form);
  return {
    data: data.from === 'file' ? [] : await ofData(),
    prompts: stage === 'spa' ? await promptLines(studio, projectId, 'open', form) : [],
  };
}

/** The project's decided comparisons: pairs, or for `sft` the conversations that were chosen. */
async function voted({ db }: Studio, projectId: string, stage: NewRun['stage'], form: Form): Promise<object[]> {
  const said = (content: string) => [{ role: 'assistant' as const, content }];
  const lines: object[] = [];
  for await (const items of exportItems(db, projectId)) {
    for (const { id, prompt, responses, ...tallies } of items) {
      const better = standingOf(tallies, anyMajority);
      if (better !== 'a' && better !== 'b') continue;
      const [a, b] = responses.map(({ text }) => text) as [string, string];
      const [chosen, rejected] = better === 'a' ? [a, b] : [b, a];
      const pair = { id, prompt, chosen: said(chosen), rejected: said(rejected) };
      const isText = form === 'text' && singleText(prompt) !== undefined;
      const line = isText ? spaced(asText(pair)) : pair;
      lines.push(stage === 'sft' ? chosenAlone(line) : line);
    }
  }
  return lines;
}

type Line = ReturnType<typeof asText>;

/** What is to be imitated of a pair. */
function chosenAlone({ id, prompt, chosen }: Line): object {
  if (typeof prompt === 'string') return { id, prompt, completion: chosen };
  return { id, messages: [...prompt, ...(chosen as typeof prompt)] };
}

/** A response that was sampled has lost the space at its beginning, which parts it from a text that it goes on with. */
function spaced({ prompt, chosen, rejected, ...rest }: Line): Line {
  const after = (response: Line['chosen']) =>
    /[!-~]$/.test(String(prompt)) && /^\w/.test(String(response)) ? ` ${response}` : response;
  return { ...rest, prompt, chosen: after(chosen), rejected: after(rejected) };
}

/** Prompts as a file has them. @param which `open`: those about which nobody has decided anything */
async function promptLines({ db }: Studio, projectId: string, which: 'all' | 'open', form: Form): Promise<object[]> {
  const all = await projectPrompts(db, projectId);
  const wanted = which === 'all' ? all : all.filter(({ decided }) => !decided);
  const texts = await promptTexts(db, projectId, wanted);
  return texts.map(({ id, prompt }) => ({ id, prompt: form === 'text' ? (singleText(prompt) ?? prompt) : prompt }));
}
