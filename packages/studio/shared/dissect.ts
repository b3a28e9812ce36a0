/** Dissection: which properties of a response the project's own votes reward, judge by judge and scenario by scenario. */
import { z } from 'zod';

/**
 * Properties that are computed from the texts alone. What each is stands in the pages' words; the numbers are in
 * server/dissect/properties.ts.
 */
export const CountedProperty = z.enum([
  'length',
  'lists',
  'markdown',
  'questions',
  'refusal',
  'exclamation',
  'repetition',
  'complete',
  'quotation',
  'feelings',
]);
export type CountedProperty = z.infer<typeof CountedProperty>;

/** The 29 properties of Li et al. 2024 (arXiv:2402.11296), which a chat model rates, in their order and by their names. */
export const RatedProperty = z.enum([
  'harmless',
  'grammarly correct',
  'friendly',
  'polite',
  'interactive',
  'authoritative',
  'funny',
  'use rhetorical devices',
  'complex word & sentence',
  'use supporting materials',
  'well formatted',
  'admit limits',
  'persuasive',
  'step-by-step',
  'use informal expressions',
  'non-repetitive',
  'clear',
  'relevant',
  'novel',
  'contain rich info',
  'no minor errors',
  'no moderate errors',
  'no severe errors',
  'clarify intent',
  'show empathetic',
  'satisfy constraints',
  'support stances',
  'correct mistakes',
  'lengthy',
]);
export type RatedProperty = z.infer<typeof RatedProperty>;

export const DissectProperty = z.enum([...CountedProperty.options, ...RatedProperty.options]);
export type DissectProperty = z.infer<typeof DissectProperty>;

/** Kinds of prompts, told from the prompt's text. */
export const PromptKind = z.enum(['short', 'long', 'turns', 'question', 'code', 'chinese']);
export type PromptKind = z.infer<typeof PromptKind>;

/** The scenarios of the study and its subsets that cut across them, which the annotating model tells. */
export const Scenario = z.enum([
  'Exam Questions',
  'Code',
  'Creative Writing',
  'Functional Writing',
  'Communication',
  'Knowledge-aware',
  'Advice',
  'Daily Tasks',
  'NLP Tasks',
  'Others',
  'Unsafe Queries',
  'intent_unclear',
  'express_feeling',
  'w_constraints',
  'w_stances',
  'w_mistakes',
]);
export type Scenario = z.infer<typeof Scenario>;

/** `all` is every prompt; the others are kinds where properties are counted, scenarios where they are rated. */
export const DissectGroup = z.enum(['all', ...PromptKind.options, ...Scenario.options]);
export type DissectGroup = z.infer<typeof DissectGroup>;

/** Whose ratings are the properties; without a name they are counted in the texts. */
export const PropertiesQuery = z.object({ annotator: z.string().max(200).optional() });

/** Whose votes: the majority of all, one person's, a judge's, or labels that were uploaded. */
export const DissectJudge = z.object({
  id: z.string(),
  name: z.string(),
  kind: z.enum(['everyone', 'person', 'judge', 'uploaded']),
  /** Comparisons in which it prefers one of the two. */
  labels: z.number(),
});
export type DissectJudge = z.infer<typeof DissectJudge>;

/** What there is to dissect. */
export const DissectOverview = z.object({
  /** Changes with every vote, and with every annotation where properties are rated. */
  version: z.string(),
  /** Rated comparisons left out because the model could not check a response for errors. */
  unchecked: z.number(),
  /** Comparisons that somebody judged; of so many `used` are looked at, chosen by chance. */
  comparisons: z.number(),
  used: z.number(),
  judges: z.array(DissectJudge),
  groups: z.array(z.object({ group: DissectGroup, comparisons: z.number() })),
});
export type DissectOverview = z.infer<typeof DissectOverview>;

/** A property's weight in log-odds: its posterior mean, and where 90 % and half of the posterior lie. */
export const PropertyWeight = z.object({
  property: DissectProperty,
  mean: z.number(),
  q05: z.number(),
  q25: z.number(),
  q75: z.number(),
  q95: z.number(),
  /** Comparisons in which one response has more of it. */
  samples: z.number(),
});
export type PropertyWeight = z.infer<typeof PropertyWeight>;

/** A judge's weights in a group (of the properties in which any two responses differ), or that there are too few comparisons. */
export const JudgeWeights = z.object({
  judge: z.string(),
  samples: z.number(),
  /** How many are needed; null where there are as many. */
  needs: z.number().nullable(),
  weights: z.array(PropertyWeight),
  /** How often left-out labels are foretold. */
  foretold: z.object({ rate: z.number(), interval: z.tuple([z.number(), z.number()]) }).nullable(),
});
export type JudgeWeights = z.infer<typeof JudgeWeights>;

/** How alike two judges' weights are: Pearson's correlation, its median and 90 % over the posterior. */
export const JudgeSimilarity = z.object({
  judges: z.tuple([z.string(), z.string()]),
  median: z.number(),
  interval: z.tuple([z.number(), z.number()]),
});
export type JudgeSimilarity = z.infer<typeof JudgeSimilarity>;

export const GroupDissection = z.object({
  version: z.string(),
  group: DissectGroup,
  comparisons: z.number(),
  judges: z.array(JudgeWeights),
  similarity: z.array(JudgeSimilarity),
});
export type GroupDissection = z.infer<typeof GroupDissection>;

export const SampleQuery = PropertiesQuery.extend({
  judge: z.string().max(200),
  /** `surprising`: those first that the weights foretell least. */
  order: z.enum(['surprising', 'imported']).default('surprising'),
  offset: z.coerce.number().int().min(0).default(0),
});

/** Why a response is foretold to win: the shares of the probability that `a` is preferred, which sum up from one half. */
export const ExplainedSample = z.object({
  itemId: z.string(),
  prompt: z.string(),
  a: z.string(),
  b: z.string(),
  label: z.enum(['a', 'b']),
  /** That `a` is preferred. */
  probability: z.number(),
  shares: z.array(z.object({ property: DissectProperty, share: z.number(), favours: z.enum(['a', 'b']) })),
});
export type ExplainedSample = z.infer<typeof ExplainedSample>;

export const ExplainedPage = z.object({ total: z.number(), samples: z.array(ExplainedSample) });
export type ExplainedPage = z.infer<typeof ExplainedPage>;

/** An account of labels that were uploaded: every row is in one of the three. */
export const LabelsReport = z.object({
  judges: z.array(z.object({ name: z.string(), taken: z.number(), undecided: z.number(), unknown: z.number() })),
  /** Some of the ids that no item of the project has. */
  unknownIds: z.array(z.string()),
});
export type LabelsReport = z.infer<typeof LabelsReport>;
