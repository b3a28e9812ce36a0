/** Keeps a number and its percent sign on one line. */
const glued = (sentence: string): string => sentence.replaceAll(' %', '\u00a0%');

/** one · one and two · one, two and three */
const listed = (parts: readonly string[]): string =>
  parts.length < 2 ? parts.join() : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;

/** What an interval says about an even chance. */
export type Verdict = 'better' | 'worse' | 'unclear';

/** Every word of the reports, in English. A translation is another object of this form. */
export const text = {
  language: 'en',
  prompt: 'Prompt',
  preferred: 'preferred',
  score: 'score',
  median: 'median',
  madeBy: (version: string) => `Made by Attune ${version}. This file is complete: it loads nothing and runs no script.`,
  curves: {
    loss: 'Loss',
    accuracy: 'Pairs ranked as labeled',
    margin: 'Reward margin',
    rewards: 'Rewards',
    kl: 'Distance from the start (KL)',
    logps: 'Log-probability of responses',
    tokenAccuracy: 'Next tokens predicted right',
    entropy: 'Entropy',
    gradNorm: 'Gradient norm, before clipping',
    learningRate: 'Learning rate',
    reward: 'Reward',
    score: 'Score',
    scoreMargin: 'Score of the chosen less that of the rejected',
    scores: 'Scores',
    heldOutScores: 'Scores, held out',
    mean: 'mean',
    least: 'least',
    greatest: 'greatest',
    klReward: 'Reward with the KL penalty',
    penalized: 'reward − β·KL',
    penalty: '−β·KL',
    beta: 'Weight of the KL penalty, β',
    length: 'Length of responses',
    cutOff: 'Responses cut off before their end',
    heldOutReward: 'Reward, held out',
    asReference: 'as good as the reference',
    heldOutWins: 'Prompts won, held out',
    valueLoss: 'Loss of the critic',
    explainedVariance: 'What the critic explains of the returns',
    policyLoss: 'Loss of the policy',
    sftLoss: 'Loss on the SFT data',
    clipped: 'Tokens clipped',
    policy: 'policy',
    critic: 'critic',
    approxKl: 'Step of the policy in an iteration (KL)',
    ratio: 'Probability ratio to the sampling policy',
    advantages: 'Standard deviation of the advantages',
    points: 'points',
    pointsOverReference: 'points above the reference’s response',
    wonAgainstReference: 'share of prompts where it scores above the reference’s response',
    band: (unit: string | undefined, over: string) => `${unit ? `${unit}; ` : ''}band: ± 1 SD ${over}`,
    overResponses: 'of responses',
    overRuns: 'of runs',
    tokens: 'tokens',
    shareOfVariance: 'share of variance, drawn from −1',
    training: 'training',
    heldOut: 'held out',
    chosen: 'chosen',
    rejected: 'rejected',
    chance: 'chance',
    start: 'the start',
    step: 'step',
    nats: 'nats',
    natsTimesBeta: 'nats × β',
    natsPerResponse: 'nats per response',
    natsPerToken: 'nats per token',
  },
  calibration: {
    title: 'Is it right as often as it is sure?',
    unit: 'share of pairs ranked right',
    predicted: 'how sure it is',
    error: 'off on average by',
  },
  rewardModel: {
    eyebrow: 'Attune · reward model',
    pageTitle: 'Agreement with preferences',
    lede: (pairs: string, share: string) =>
      glued(`Of ${pairs} pairs the reward model ranks ${share} as they were chosen.`),
    title: 'On held-out pairs',
    lead: (pairs: string) =>
      `How often the chosen response of ${pairs} pairs has the higher score. Bars are 95\u00a0% intervals.`,
    model: 'reward model',
    byLength: (prefers: 'longer' | 'shorter', hindsight: boolean) =>
      `always the ${prefers} response${hindsight ? ' (the better rule, in hindsight)' : ''}`,
    coin: '50\u00a0%: a coin',
    byDifference: 'By how much longer one response is',
    tokensLonger: (from: number, to: number | undefined) =>
      to === undefined ? `${from} tokens and more` : `${from} to ${to - 1} tokens`,
    oneLength: (share: string, pairs: string) => glued(`Of one length: ${share} right, n = ${pairs}.`),
    sureAndLong: 'How sure it is, and whether it goes by length',
    longerChosen: 'the longer one was chosen',
    shorterChosen: 'the shorter one was chosen',
    correlation: 'Correlation of score and length',
    withinPairs: 'differences within pairs',
    overResponses: 'all responses',
    blind: '0: blind to length',
    filesTitle: 'By file',
    groupsTitle: 'By group',
    balanceTitle: 'Length balancing',
    balance: {
      lead: (kept: string, pairs: string, dropped: string) =>
        `${kept} of ${pairs} pairs to train on were kept, ${dropped} left out, so that in every range the longer response is the chosen one in half of them.`,
      difference: 'Tokens longer',
      longer: 'Longer chosen',
      shorter: 'Shorter chosen',
      after: 'Kept of each',
      dropped: 'Left out',
    },
  },
  demo: {
    eyebrow: 'Attune · demo report',
    lede: (prompts: number, against: readonly { name: string; winRate: string; verdict: Verdict }[]) =>
      glued(
        `On ${prompts} prompts that training never saw, a simulated annotator preferred the trained model’s response to the original’s: ${listed(
          against.map(
            ({ name, winRate, verdict }) =>
              `after ${name} in ${winRate} of cases${{ better: '', worse: ' (the original did better)', unclear: ' (no clear difference)' }[verdict]}`,
          ),
        )}.`,
      ),
    start: 'Start',
    winRate: 'Held-out prompts won against the model that training started from',
    even: '50\u00a0%: no better than the start',
    intervals: (ranges: readonly string[], n: number) => glued(`95 % intervals: ${ranges.join(', ')}; n = ${n}`),
    range: (low: string, high: string) => glued(`${low} to ${high}`),
    table: {
      against: 'Against the start',
      win: 'Win',
      tie: 'Tie',
      lose: 'Lose',
      net: 'Net',
      kl: 'KL',
      length: 'Length',
      note: (prompts: number) =>
        glued(
          `Win, tie and lose in % of ${prompts} held-out prompts; net is win − lose in points. KL: how far the model has moved from the start, nats per response. Length: median, in tokens. Small numbers are 95 % intervals.`,
        ),
    },
    annotatorTitle: 'Who judged',
    annotatorLead:
      'The judge is a small program with a written taste. It adds up points for what it sees in a text, adds noise, and prefers the response with more. These are its weights:',
    notHuman: 'Simulated',
    notHumanText:
      'No person judged these texts, and no language model did. The annotator stands in for people so that the whole journey can be shown and checked on your machine in minutes.',
    noise: (share: string) =>
      glued(`Its noise turns about ${share} of its choices against its own scores, as tired people do.`),
    samplesTitle: 'The same prompts, before and after',
    samplesLead:
      'Held-out prompts, answered by the model before training and after each. Under each text is what the annotator saw in it.',
    moreSamples: (count: number) => `Show ${count} more`,
    changedTitle: 'What changed',
    changedLead: 'How often each property appears in the responses to held-out prompts. Bars are 95\u00a0% intervals.',
    lengths: 'Length of responses',
    tokens: 'tokens',
    rewardTitle: 'The reward model',
    rewardLead:
      'It read the annotator’s choices and learned to score a response; PPO then trained on its scores, and never asked the annotator again. So what this model gets wrong, PPO learns too. DPO learns from the choices directly, and what it learned ranks pairs as well.',
    ranked: 'Held-out pairs ranked as the annotator chose',
    rewardModel: 'reward model',
    implicitReward: 'DPO’s own reward',
    lengthCorrelation: 'Correlation of its scores with length, within pairs',
    curvesTitle: 'How training went',
    curvesLead: 'Thin lines are single steps, thick lines their running mean.',
    moreCurves: (count: number) => `Show ${count} more`,
    stepsTitle: 'What was done',
    stepsLead: (time: string) => `${time} in all.`,
    caveatsTitle: 'What this does not show',
    simulatedCaveat:
      'The annotator is simulated and its taste is simple. That a model learns it shows that the method works, not that people would like the result.',
    sameAnnotatorCaveat:
      'The annotator that made the training pairs also judged the result. A real evaluation asks someone else.',
    reproduceTitle: 'Do it again',
    reproduceLead: 'These commands repeat everything above; the seeds are in the run’s settings.',
    modelTitle: 'The model and the run',
  },
  ppo: {
    reward: 'Reward',
    kl: 'KL, nats',
    length: 'Length, tokens',
    ended: 'Came to an end',
    heldOutWins: 'Held-out wins',
    detail: (count: string, first: string) =>
      count === '1' ? `${first} at first` : `mean of the last ${count}; ${first} at first`,
    samplesLead:
      'Responses of the first iteration that was logged on the left, of the last on the right, to the prompts that were next in line: read what changed, not only that the reward rose.',
    iteration: (step: string) => `Iteration ${step}`,
    cutOff: 'cut off',
    scoreFact: 'score',
    rewardFact: 'reward',
    klFact: 'KL',
  },
  comparison: { eyebrow: 'Attune · runs compared' },
  run: {
    eyebrow: 'Attune · training report',
    summary: (steps: string, time: string) => `${steps} steps in ${time}.`,
    empty: 'The first step has not been logged yet.',
    curvesTitle: 'Curves',
    samplesTitle: 'Samples',
    samplesLead: (step: string) => `Sampled at step ${step}.`,
    settingsTitle: 'Settings',
    tokens: 'Tokens',
    lossDetail: (first: string) => `${first} at first`,
  },
} as const;
