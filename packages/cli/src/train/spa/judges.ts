import { type Kind, type OpenedModel, type Responses, rewardFrom, selfRewards, sequenceLogps } from '@attune/align';
import { refuseOtherTokens } from '../../models/foreignTokens.ts';
import { refuseRewardModel, rewardModelOf } from '../../models/heads.ts';
import type { SpaSettings } from '../../settings/spa.ts';
import { kindOf, openStart } from '../setup.ts';
import { policyOf, type Round } from './Round.ts';

/** Responses to one prompt, and what the policy that sampled them thought of them: log π_{i−1}(y | x), nats. */
export interface SampledResponses extends Responses {
  readonly logps: readonly number[];
}

/** Who says which response is better. Owns its models: dispose it. */
export interface Judge extends Disposable {
  /** What each response is worth: nats, [group][response]. The groups go through the judge's models at once. */
  rewards(groups: readonly SampledResponses[]): number[][];
}

/** What rewards are scaled with to be log-odds: those of reward models (Bradley and Terry) are as they are. */
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
  const rewards = settings.judge === 'self' ? await ownRewards(round, open) : await scores(settings, open);
  const owned = stack.move();
  return { rewards, [Symbol.dispose]: () => owned.dispose() };
}

type Open = (path: string) => Promise<OpenedModel>;

/**
 * Eq. 7: the policy's own reward. Its own half was computed as the responses were sampled, so that only the reference
 * reads them; with `as_released: eos` a cut response has a token more than was sampled, and both do.
 */
async function ownRewards(round: Round, open: Open): Promise<Judge['rewards']> {
  const held = heldAgainst(round);
  const reference = held === undefined ? undefined : (await open(held)).model;
  if (round.endOfCut !== undefined) {
    const { model: policy } = await open(policyOf(round));
    return (groups) => selfRewards(policy, reference, groups);
  }
  return (groups) => {
    const under = reference && sequenceLogps(reference, groups);
    return groups.map(({ logps }, i) => logps.map((logp, k) => (under ? logp - under[i]![k]! : logp)));
  };
}

/** What the own reward is held against; the policy before the first is π_init. */
function heldAgainst({ settings, policies }: Round): string | undefined {
  if (settings.judge_reference === 'none') return undefined;
  return (settings.judge_reference === 'previous' ? policies.at(-2) : undefined) ?? initialModel(settings);
}

async function scores({ judge_model }: SpaSettings, open: Open): Promise<Judge['rewards']> {
  const scored = rewardFrom(rewardModelOf(judge_model!, await open(judge_model!)));
  return (groups) => {
    const all = [...scored(groups)];
    return groups.map(({ responses }) => all.splice(0, responses.length));
  };
}

/**
 * Opens what else judges than the model itself, and lets it go.
 *
 * @throws FileError where it is of another kind, or reads other tokens than the policy writes
 */
export async function checkJudge(settings: SpaSettings, kind: Kind, policy: OpenedModel): Promise<void> {
  if (settings.judge === 'reward_model') {
    using opened = await openStart(settings.judge_model!, kind);
    rewardModelOf(settings.judge_model!, opened);
    refuseOtherTokens(settings.judge_model!, opened, policy);
  } else if (initialModel(settings) !== settings.model) {
    using opened = await openStart(initialModel(settings), kind);
    refuseRewardModel(initialModel(settings), opened);
    refuseOtherTokens(initialModel(settings), opened, policy);
  }
}
