import {
  type Kind,
  letterTokens,
  logOddsOf,
  type OpenedModel,
  pairwiseLetters,
  type Responses,
  rewardFrom,
  selfRewards,
  sequenceLogps,
} from '@attune/align';
import type { Content } from '@attune/preferences';
import { refuseOtherTokens } from '../../models/foreignTokens.ts';
import { refuseRewardModel, rewardModelOf } from '../../models/heads.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { kindOf, openStart } from '../setup.ts';
import { policyOf, type Round } from './Round.ts';

/** Responses to one prompt, as tokens and as text. */
export interface SampledResponses extends Responses {
  readonly content: Content; // the prompt
  readonly texts: readonly string[];
  /** What the policy that sampled them thought of them: log π_{i−1}(y | x), nats. */
  readonly logps: readonly number[];
}

/** How a judge judges. */
interface Judging {
  /** What each response is worth: nats, [group][response]. The groups go through the judge's models at once. */
  rewards(groups: readonly SampledResponses[]): number[][];
  /** Prompts so far whose responses it could not read to their ends; left out where there are none. */
  cut?(): number;
}

/** Who says which response is better. Owns its models: dispose it. */
export type Judge = Judging & Disposable;

/** What rewards are scaled with to be log-odds: those of reward models (Bradley and Terry) and of letters are. */
export const scaleOf = ({ judge, beta }: Pick<SpaSettings, 'judge' | 'beta'>): number => (judge === 'self' ? beta : 1);

/** π_init: where everything began. */
export const initialModel = ({ data, model, initial_model }: SpaSettings): string =>
  data === undefined && initial_model !== undefined ? initial_model : model;

/** The judge of a round. */
export async function openJudge(round: Round): Promise<Judge> {
  const { settings } = round;
  const kind = kindOf(settings);
  using stack = new DisposableStack();
  const open = async (path: string) => stack.use(await openStart(path, kind));
  const judging = await judges[settings.judge](round, open);
  const owned = stack.move();
  return { ...judging, [Symbol.dispose]: () => owned.dispose() };
}

type Open = (path: string) => Promise<OpenedModel>;

/**
 * Eq. 7: the policy's own reward. Its own half was computed as the responses were sampled, so that only the reference
 * reads them; with `as_released: eos` a cut response has a token more than was sampled, and both do.
 */
async function ownRewards(round: Round, open: Open): Promise<Judging> {
  const held = heldAgainst(round);
  const reference = held === undefined ? undefined : (await open(held)).model;
  if (round.endOfCut !== undefined) {
    const { model: policy } = await open(policyOf(round));
    return { rewards: (groups) => selfRewards(policy, reference, groups) };
  }
  return {
    rewards(groups) {
      const under = reference && sequenceLogps(reference, groups);
      return groups.map(({ logps }, i) => logps.map((logp, k) => (under ? logp - under[i]![k]! : logp)));
    },
  };
}

/** What the own reward is held against; the policy before the first is π_init. */
function heldAgainst({ settings, policies }: Round): string | undefined {
  if (settings.judge_reference === 'none') return undefined;
  return (settings.judge_reference === 'previous' ? policies.at(-2) : undefined) ?? initialModel(settings);
}

/** The scores of a reward model. */
async function scores({ settings: { judge_model } }: Round, open: Open): Promise<Judging> {
  const scored = rewardFrom(rewardModelOf(judge_model!, await open(judge_model!)));
  return {
    rewards(groups) {
      const all = [...scored(groups)];
      return groups.map(({ responses }) => all.splice(0, responses.length));
    },
  };
}

/** What a language model answers when it is asked which of two is better: half of its log-odds for each. */
async function answers({ settings }: Round, open: Open): Promise<Judging> {
  const opened = await open(askedModel(settings));
  let cut = 0;
  return {
    rewards(groups) {
      const pairs = groups.map(({ content, texts: [a, b] }) => ({ prompt: content, a: a!, b: b! }));
      const letters = pairwiseLetters(opened, pairs);
      cut += letters.filter((pair) => pair.cut > 0).length;
      return letters.map((pair) => [logOddsOf(pair) / 2, -logOddsOf(pair) / 2]);
    },
    cut: () => cut,
  };
}

const askedModel = (settings: SpaSettings): string => settings.judge_model ?? initialModel(settings);

const judges = { self: ownRewards, reward_model: scores, pairwise: answers };

/**
 * Opens what else judges than the model itself, and lets it go.
 *
 * @throws FileError where it is of another kind, or reads other tokens than the policy writes
 * @throws EncodingError where it is to answer by letters that its tokenizer does not have
 */
export async function checkJudge(settings: SpaSettings, kind: Kind, policy: OpenedModel): Promise<void> {
  const path = settings.judge === 'self' ? initialModel(settings) : askedModel(settings);
  if (settings.judge === 'self' && path === settings.model) return;
  using opened = await openStart(path, kind);
  if (settings.judge === 'reward_model') rewardModelOf(path, opened);
  else refuseRewardModel(path, opened);
  if (settings.judge === 'pairwise') letterTokens(opened.tokenizer);
  else refuseOtherTokens(path, opened, policy, settings.judge === 'self' ? 'model' : 'reward model');
}
