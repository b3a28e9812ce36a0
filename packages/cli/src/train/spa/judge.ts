import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { type SelfPreference, selfPreference } from '@attune/align';
import { readAs } from '@attune/preferences';
import { z } from 'zod';
import { writeWhole } from '../../run/durable.ts';
import { toJsonl } from '../../run/lines.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { formatCount } from '../../terminal/format.ts';
import { progress } from '../../terminal/progress.ts';
import { standardError } from '../../terminal/screen.ts';
import type { Sampled } from './expand.ts';
import { Stopwatch } from './folder.ts';
import { openJudge, type SampledResponses, scaleOf } from './judges.ts';
import type { RoundPrompt } from './prepare.ts';
import { label, type Round } from './Round.ts';

/** A response and what it is worth. */
export interface JudgedResponse {
  readonly text: string;
  /** As sampled; with `as_released: eos`, an end token after cut ones. */
  readonly tokens: readonly number[];
  readonly finish: Sampled['finish'];
  readonly reward: number; // nats
}

/** The responses to a prompt after the judgment. */
export interface Judged {
  readonly prompt: RoundPrompt;
  readonly responses: readonly JudgedResponse[];
  /** Undefined where there are no two responses to learn from. */
  readonly preference: SelfPreference | undefined;
  /** Why there are not: all that say something say the same, or fewer than two say anything. */
  readonly dropped: 'equal' | 'empty' | undefined;
}

/**
 * Direct preference judgment: which response is chosen, which rejected. `judgments.jsonl` says so of every prompt; a run
 * that was stopped on the way judges the round again.
 */
export async function judge(round: Round, sampled: readonly (readonly Sampled[])[]): Promise<Judged[]> {
  const { folder, settings, prompts, endOfCut } = round;
  const tokens = sampled.map((responses) => responses.map((response) => tokensOf(response, endOfCut)));
  const file = join(folder, 'judgments.jsonl');
  const known = existsSync(file);
  const groups = prompts.map(({ ids, prompt }, i): SampledResponses => {
    const [texts, logps] = [sampled[i]!.map(({ text }) => text), sampled[i]!.map(({ logprobs }) => sum(logprobs))];
    return { prompt: ids, content: prompt, responses: tokens[i]!, texts, logps };
  });
  const rewards = known ? await rewardsIn(file) : await rewardsBy(round, groups);
  const judged = prompts.map((prompt, i): Judged => {
    const responses = sampled[i]!.map(({ text, finish }, k) => {
      return { text, finish, tokens: tokens[i]![k]!, reward: rewards[i]![k]! };
    });
    return { prompt, responses, ...decision(responses, settings) };
  });
  if (!known) writeWhole(file, toJsonl(judged.map(lineOf)));
  return judged;
}

const tokensOf = ({ tokens, finish }: Sampled, endOfCut: number | undefined): readonly number[] =>
  finish === 'length' && endOfCut !== undefined ? [...tokens, endOfCut] : tokens;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** The best against the worst of the responses that say something, each thing once. */
export function decision(
  responses: readonly Pick<JudgedResponse, 'text' | 'tokens' | 'reward'>[],
  settings: Pick<SpaSettings, 'judge' | 'beta' | 'length_penalty' | 'as_released'>,
): Pick<Judged, 'preference' | 'dropped'> {
  const says = [...responses.keys()].filter((i) => responses[i]!.text.trim() !== '');
  const places = says.filter((i) => responses.findIndex(({ text }) => text === responses[i]!.text) === i);
  if (places.length < 2) return { preference: undefined, dropped: says.length < 2 ? 'empty' : 'equal' };
  const some = places.map((place) => responses[place]!);
  const { chosen, rejected, ...sureness } = selfPreference(
    some.map(({ reward }) => reward),
    {
      beta: scaleOf(settings),
      lengthPenalty: settings.length_penalty,
      lengths: some.map(({ tokens }) => tokens.length),
      ties: settings.as_released.includes('ties') ? 'first' : 'second',
    },
  );
  const preference = { chosen: places[chosen]!, rejected: places[rejected]!, ...sureness };
  return { preference, dropped: undefined };
}

/** Tokens that go through the judge at a time, where a single prompt and its responses are not longer. */
const tokensAtATime = 4096;

/** What the responses are worth. Groups of similar length go through the judge together, the longest first. */
export async function rewardsBy(round: Round, groups: readonly SampledResponses[]): Promise<number[][]> {
  const { context, folder } = round;
  using _clock = new Stopwatch(folder, 'judging');
  using opened = await openJudge(round);
  const shown = progress(standardError(), { label: label(round, 'judging'), total: groups.length, unit: 'prompts' });
  const length = ({ prompt, responses }: SampledResponses) =>
    responses.reduce((sum, ids) => sum + ids.length, prompt.length);
  const order = [...groups.keys()].sort((a, b) => length(groups[b]!) - length(groups[a]!) || a - b);
  const rewards: number[][] = [];
  for (let done = 0; done < order.length; ) {
    await setImmediate(); // for Ctrl-C to come through
    context.signal.throwIfAborted();
    const together = Math.max(1, Math.floor(tokensAtATime / length(groups[order[done]!]!)));
    const places = order.slice(done, done + together);
    const found = opened.rewards(places.map((place) => groups[place]!));
    for (const [i, place] of places.entries()) rewards[place] = found[i]!;
    shown.update((done += places.length));
  }
  shown.end();
  const cut = opened.cut?.() ?? 0;
  if (cut > 0)
    context.say(
      `  ! the responses to ${formatCount(cut)} prompts were too long for the judge: it read their beginnings`,
    );
  return rewards;
}

/** A line of `judgments.jsonl`. */
function lineOf({ prompt: { id, prompt }, responses, preference, dropped }: Judged): object {
  const said = responses.map(({ text, tokens, reward, finish }) => ({ text, tokens: tokens.length, reward, finish }));
  if (!preference) return { id, prompt, responses: said, dropped };
  const { tie, ...judgment } = preference;
  return { id, prompt, responses: said, ...judgment, ...(tie && { tie }) };
}

const Judgment = z.object({ responses: z.array(z.object({ reward: z.number() })) });

async function rewardsIn(file: string): Promise<number[][]> {
  const { records } = await readAs(Judgment, file, 'Each line needs responses with their reward.');
  return records.map(({ responses }) => responses.map(({ reward }) => reward));
}
