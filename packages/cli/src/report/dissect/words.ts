/** Keeps a number and its percent sign on one line. */
const glued = (sentence: string): string => sentence.replaceAll(' %', '\u00a0%');

/** Why a sample is shown. */
export type SampleKind = 'asked' | 'surest' | 'undecided' | 'apart' | 'wrong';

/** Every word of the report of a dissection, in English. A translation is another object of this form. */
export const english = {
  language: 'en',
  /** Names of properties, groups and judges that are called otherwise here. */
  names: { all: 'all samples' } as Readonly<Record<string, string>>,
  /** Sentences after each other. */
  joined: (...sentences: readonly string[]) => sentences.join(' '),
  madeBy: (version: string) => `Made by Attune ${version}. This file is complete: it loads nothing and runs no script.`,
  eyebrow: 'Attune · preference dissection',
  title: (judges: readonly string[]) =>
    judges.length <= 2
      ? `What ${listed(judges)} ${judges.length === 1 ? 'prefers' : 'prefer'}`
      : `What ${judges.length} judges prefer`,
  lede: (properties: number, groups: number) =>
    `What makes a response win, taken apart into ${properties} properties${groups > 1 ? `, in ${groups} groups of samples` : ''}.`,
  degree: glued(
    'P is how likely, in percent, a response is preferred that is better in this property alone. 50 % is no matter, above is liked, below is disliked.',
  ),
  noIntervals: {
    title: 'Means only',
    all: 'These weights come as posterior means: nothing is known of how uncertain they are, so nothing here has an interval. Weights that attune dissect fit makes have them.',
    some: (judges: readonly string[]) =>
      `The weights of ${listed(judges)} come without their uncertainty and are drawn without intervals.`,
  },
  portraits: {
    title: 'In short',
    lead: (groups: number) =>
      groups > 1
        ? `The most and the least preferred properties: the mean of P over ${groups} scenarios.`
        : 'The most and the least preferred properties.',
    most: 'most preferred',
    least: 'least preferred',
  },
  map: {
    title: 'Where what matters',
    lead: 'P of every property in every group. The stronger the colour, the more it matters.',
    sure: 'A number is faint where the 90\u00a0% interval holds 50: the sign is not certain.',
    liked: 'liked',
    disliked: 'disliked',
  },
  byGroup: {
    title: 'Property by property',
    lead: 'Sorted by what the first judge prefers.',
    intervals: 'Thick bars are 50\u00a0% intervals, thin ones 90\u00a0%.',
    axis: 'P, percent',
    neutral: '50: no matter',
    logOdds: 'weight, log-odds',
    zero: '0: no matter',
    against: (one: string, other: string) => `${one} against ${other}`,
    scatterUnit: 'on the diagonal both like a property alike',
    more: (judge: string, than: string) => `What ${judge} likes more, or less, than ${than}`,
    equal: 'as much as the other',
    differenceBars: 'Bars are 90\u00a0% intervals, the posteriors normal and independent.',
    samples: (count: string) => `${count} samples`,
  },
  similarity: {
    title: 'Who is like whom',
    chart: 'Similarity of judges',
    lead: (groups: number) =>
      groups > 1
        ? `Pearson correlation of the judges’ weights, the mean over ${groups} groups. Those most alike stand together; branches meet at how far apart they are.`
        : 'Pearson correlation of the judges’ weights. Those most alike stand together; branches meet at how far apart they are.',
    cells: 'in hundredths',
    by: (grouping: string) => `by ${grouping}`,
    kindsTitle: 'Are judges of a kind more alike?',
    within: (group: string, judges: number) => `within ${group} (${judges})`,
    across: 'across',
    gap: (value: string, range: string) => `Within less across: ${value}${range && ` (${range})`}.`,
    to: (low: string, high: string) => `${low} to ${high}`,
    kindsNote:
      'Bars are 95\u00a0% intervals over judges, drawn anew within their kinds; of a kind of one or two judges they say little.',
    posteriorTitle: 'With what is uncertain about the weights',
    posteriorNote:
      'Median and 90\u00a0% interval over draws of all weights. Noise in the weights makes judges look less alike than their means do.',
    pair: (one: string, other: string) => `${one}, ${other}`,
  },
  strength: {
    title: 'What alignment changes',
    lead: 'Strength of preference: how far apart the log-probabilities of A and B are, mean over all samples and both orders.',
    shift:
      'On the right, how alike the weights are before and after: how far alignment moves what a model prefers, beside how strongly it says so.',
    unit: 'nats; bars are 95\u00a0% intervals',
    chart: 'Strength of preference',
    pretrained: 'pretrained',
    aligned: 'aligned',
    similar: 'similarity',
    all: 'Every judge, and whether the order sways it',
    judge: 'Judge',
    strength: 'Strength',
    first: 'First shown wins',
    agree: 'Orders agree',
    note: 'First shown wins: 50\u00a0% is no bias. Orders agree: of the samples that both orders decide. Small numbers are 95\u00a0% intervals.',
  },
  foretold: {
    title: 'How far it can be trusted',
    lead: 'How often the weights, fitted to the other samples, foretell a left-out label. Bars are 95\u00a0% intervals.',
    coin: '50\u00a0%: a coin',
    chains: (rhat: string, ess: string) =>
      `R-hat is at most ${rhat} and every weight is worth at least ${ess} independent draws.`,
  },
  browser: {
    title: 'Sample by sample',
    lead: 'Why a response wins: each property’s share of the prediction, from 50\u00a0% to where it ends. Shares are Shapley values: exact up to 15 properties that differ, above by drawn orders.',
    kinds: {
      asked: 'Chosen',
      surest: 'Surest',
      undecided: 'Undecided',
      apart: 'Judges differ',
      wrong: 'Foretold wrong',
    } satisfies Readonly<Record<SampleKind, string>>,
    sample: (name: string) => `Sample ${name}`,
    prompt: 'Prompt',
    response: (letter: string) => `Response ${letter}`,
    foretold: (letter: string, share: string) => glued(`${letter} preferred, ${share}`),
    interval: (low: string, high: string) => glued(`A: ${low} to ${high}`),
    neither: 'nothing tells them apart',
    winner: 'foretold',
    chosenBy: (judge: string) => `chosen by ${judge}`,
    said: (letter: string) => `said ${letter}`,
    more: 'more in',
    nothing: 'No property tells the responses apart.',
    note: 'Bars go towards A to the right, towards B to the left; numbers are points of A.',
    uncertainty: 'Intervals are 90\u00a0%, the weights taken as independent of each other.',
  },
  caveats: {
    title: 'What this does not show',
    list: [
      'Weights say what goes along with being preferred among these responses, not what causes it. Properties that come together share their weight.',
      'A property is what its annotator makes of it. Where a model rated the responses, its errors are in every number here.',
      'A weight is of a group of samples. With other prompts or other models’ responses it may be another.',
    ] as readonly string[],
  },
};

/** One · one and two · one, two and three. */
function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The words of a report. */
export type DissectWords = typeof english;

/** What a property, group or judge is called. */
export const named = ({ names }: DissectWords, name: string): string => names[name] ?? name;
