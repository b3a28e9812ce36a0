import { sequenceLogps } from '@attune/align';
import { toText } from '@attune/preferences';
import { kindOf, openStart } from '../setup.ts';
import { decision, rewardsBy } from './judge.ts';
import type { SampledResponses } from './judges.ts';
import { policyOf, type Round } from './Round.ts';

const together = 8; // pairs that go through the policy at a time

/**
 * Whether the labels that the round's judge gives are people's: of the pairs that are held out, the share in which it
 * prefers what was chosen. It is the judge that labels the round, before anything is learned from it.
 *
 * @returns for `metrics.jsonl`; nothing where no pair is held out
 */
export async function agreement(round: Round): Promise<Record<string, number>> {
  const { heldOut, settings } = round;
  if (heldOut.length === 0) return {};
  const groups = await underPolicy(round);
  const rewards = await rewardsBy(round, groups);
  const labels = groups.map(({ texts, responses }, i) => {
    const said = texts.map((text, k) => ({ text, tokens: responses[k]!, reward: rewards[i]![k]! }));
    return decision(said, settings).preference?.chosen;
  });
  const told = labels.filter((label) => label !== undefined);
  if (told.length === 0) return {};
  const chosen = told.filter((label) => label === 0).length;
  return { 'spa/agreement': chosen / told.length, 'spa/agreement_pairs': told.length };
}

/** The pairs as judges read them, what was chosen first; the own reward reads what the policy thinks of each. */
async function underPolicy(round: Round): Promise<SampledResponses[]> {
  const groups = round.heldOut.map(({ pair, encoded }) => ({
    prompt: encoded.prompt,
    content: pair.prompt,
    responses: [encoded.chosen, encoded.rejected],
    texts: [toText(pair.chosen), toText(pair.rejected)],
  }));
  using policy = await openStart(policyOf(round), kindOf(round.settings));
  const logps: number[][] = [];
  for (let start = 0; start < groups.length; start += together) {
    logps.push(...sequenceLogps(policy.model, groups.slice(start, start + together)));
  }
  return groups.map((group, i) => ({ ...group, logps: logps[i]! }));
}
