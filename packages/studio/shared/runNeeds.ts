/** What a training needs of a project. The page says what is missing, and the server refuses it, in the same words. */
import type { NewRun, RunChoices, TrainStage } from './runs.ts';

export type NeedCode = 'no_model' | 'no_pairs' | 'few_pairs' | 'no_reward_model' | 'no_prompts' | 'few_prompts';

/** Something that is missing, with the numbers that its sentence names. */
export interface Need {
  readonly code: NeedCode;
  readonly values: Readonly<Record<string, number>>;
}

/** In English, with blanks for the numbers; the pages have them in other languages beside. */
export const needWords: Record<NeedCode, string> = {
  no_model:
    'There is no model here yet. Put a model folder into models/ in the studio’s folder: attune pull fetches one.',
  no_pairs:
    'No comparison of this project is decided yet: there is nothing to train on. Have people judge some, or import comparisons on the Data page.',
  few_pairs:
    'Of this project {{pairs}} comparisons are decided, and a seed takes at least {{least}}. Have people judge more, or import comparisons on the Data page.',
  no_reward_model:
    'There is no reward model yet. Train one on the project’s votes first (Reward model, above): what it scores high, PPO reinforces.',
  no_prompts: 'This project has no prompts to respond to. Import prompts or comparisons on the Data page.',
  few_prompts:
    '{{asked}} prompts are asked for, and this project has {{prompts}} that nobody has decided anything about. Import more prompts on the Data page, or ask for fewer.',
};

/** Decided comparisons below which a model learns nothing from its seed that it could label by. */
export const LEAST_SEED = 10;

/** What is asked of the project itself. */
export type Asked = Pick<NewRun, 'stage' | 'data'> & { readonly promptsPerRound?: readonly number[] };

type Stock = Omit<RunChoices, 'files'>;

/** Everything that is missing, in the order in which one would go about it. */
export function missing({ stage, data, promptsPerRound = [1] }: Asked, stock: Stock): Need[] {
  const { pairs, prompts, openPrompts } = stock;
  const need = (code: NeedCode, isMissing: boolean, values: Need['values'] = {}) =>
    isMissing ? [{ code, values }] : [];
  const isOfVotes = data.from === 'votes';
  const isSpa = stage === 'spa';
  const asked = promptsPerRound.reduce((sum, count) => sum + count, 0);
  return [
    ...need('no_model', stock.models.length === 0),
    ...need('no_pairs', isOfVotes && pairs === 0),
    ...need('few_pairs', isOfVotes && isSpa && pairs > 0 && pairs < LEAST_SEED, { pairs, least: LEAST_SEED }),
    ...need('no_reward_model', stage === 'ppo' && stock.rewardModels.length === 0),
    ...need('no_prompts', data.from === 'prompts' && prompts === 0),
    ...need('few_prompts', isSpa && openPrompts < asked, { asked, prompts: openPrompts }),
  ];
}

/** A need as an English sentence. */
export const needInWords = ({ code, values }: Need): string =>
  needWords[code].replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

/** Trainings by what they learn from. */
export const dataOf = (stage: TrainStage): 'votes' | 'prompts' => (stage === 'ppo' ? 'prompts' : 'votes');
