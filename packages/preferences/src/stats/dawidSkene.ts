import { InvalidValueError } from '../errors.ts';

/** What an annotator said about an item. */
export interface Vote {
  readonly item: string;
  readonly annotator: string;
  readonly label: string;
}

/** What an annotator is like. */
export interface AnnotatorModel {
  /** [true label][said label]: how often it says the one where the other is true; each row sums to 1. */
  readonly confusion: readonly (readonly number[])[];
  /** How often it is right on an item drawn like these: Σ_j prior_j · confusion_jj. */
  readonly reliability: number;
  readonly votes: number;
}

/** True labels and annotators, estimated together. */
export interface DawidSkene {
  readonly labels: readonly string[];
  /** [labels], how common each true label is. */
  readonly prior: readonly number[];
  /** For each item, the probability of each true label. [labels] */
  readonly items: ReadonlyMap<string, readonly number[]>;
  readonly annotators: ReadonlyMap<string, AnnotatorModel>;
  /** log P(votes) in nats after each iteration; it never falls. */
  readonly logLikelihoods: readonly number[];
  /** Whether it had stopped rising before the iterations ran out. */
  readonly converged: boolean;
}

/** When to stop. */
export interface DawidSkeneOptions {
  readonly maxIterations?: number;
  /** Done when an iteration adds less than this to the log-likelihood, in nats. */
  readonly tolerance?: number;
}

/**
 * Maximum likelihood estimates of observers' error rates, without knowing any truth: Dawid and Skene 1979 (Applied
 * Statistics 28:20), by expectation and maximization. Annotators err independently given the true label.
 *
 *   T_ij    P(item i is truly j), at first the share of its votes that say j
 *   M step  prior_j = mean_i T_ij                     confusion^a_jl ∝ Σ_i T_ij · n^a_il          (eq. 2.3, 2.4)
 *   E step  T_ij ∝ prior_j · Π_a Π_l (confusion^a_jl)^(n^a_il)                                     (eq. 2.5)
 *
 * n^a_il is how often annotator a said l of item i: several votes of one annotator on an item all count. A label that
 * no item seems to have leaves an annotator's row without evidence; it is then uniform.
 *
 * As a maximum likelihood estimate it believes few votes too much: someone with two of them may come out at 1.
 */
export function dawidSkene(votes: readonly Vote[], options: DawidSkeneOptions = {}): DawidSkene {
  const { maxIterations = 500, tolerance = 1e-9 } = options;
  if (votes.length === 0) throw new InvalidValueError('The number of votes', 'at least 1', 0);
  const coded = codedVotes(votes);
  let truth = voteShares(coded);
  let parameters = maximized(coded, truth);
  const logLikelihoods: number[] = [];
  let converged = false;
  while (!converged && logLikelihoods.length < maxIterations) {
    const expected = expectedTruth(coded, parameters);
    truth = expected.truth;
    parameters = maximized(coded, truth);
    converged = expected.logLikelihood - (logLikelihoods.at(-1) ?? -Infinity) < tolerance;
    logLikelihoods.push(expected.logLikelihood);
  }
  return { ...named(coded, truth, parameters), logLikelihoods, converged };
}

/** Votes as places in lists. */
interface CodedVotes {
  readonly labels: readonly string[];
  readonly items: readonly string[];
  readonly annotators: readonly string[];
  readonly votes: readonly { readonly item: number; readonly annotator: number; readonly label: number }[];
}

interface Parameters {
  readonly prior: readonly number[]; //       [labels]
  readonly confusion: readonly number[][][]; // [annotators][true label][said label]
}

function codedVotes(votes: readonly Vote[]): CodedVotes {
  const labels = [...new Set(votes.map(({ label }) => label))].sort();
  const items = [...new Set(votes.map(({ item }) => item))];
  const annotators = [...new Set(votes.map(({ annotator }) => annotator))];
  const [labelAt, itemAt, annotatorAt] = [labels, items, annotators].map(
    (names) => new Map(names.map((name, i) => [name, i])),
  );
  return {
    labels,
    items,
    annotators,
    votes: votes.map(({ item, annotator, label }) => ({
      item: itemAt!.get(item)!,
      annotator: annotatorAt!.get(annotator)!,
      label: labelAt!.get(label)!,
    })),
  };
}

const zeros = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, () => new Array<number>(columns).fill(0));

function normalized(row: readonly number[]): number[] {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.map((value) => (sum > 0 ? value / sum : 1 / row.length));
}

function voteShares({ labels, items, votes }: CodedVotes): number[][] {
  const counts = zeros(items.length, labels.length);
  for (const { item, label } of votes) counts[item]![label]!++;
  return counts.map(normalized);
}

function maximized({ labels, annotators, votes }: CodedVotes, truth: readonly number[][]): Parameters {
  const said = annotators.map(() => zeros(labels.length, labels.length));
  for (const { item, annotator, label } of votes) {
    for (let j = 0; j < labels.length; j++) said[annotator]![j]![label]! += truth[item]![j]!;
  }
  const prior = normalized(labels.map((_, j) => truth.reduce((sum, row) => sum + row[j]!, 0)));
  return { prior, confusion: said.map((rows) => rows.map(normalized)) };
}

/** In logarithms, so that an item with hundreds of votes does not vanish. */
function expectedTruth({ items, votes }: CodedVotes, { prior, confusion }: Parameters) {
  const logs = items.map(() => prior.map(Math.log));
  const logConfusion = confusion.map((rows) => rows.map((row) => row.map(Math.log)));
  for (const { item, annotator, label } of votes) {
    for (let j = 0; j < prior.length; j++) logs[item]![j]! += logConfusion[annotator]![j]![label]!;
  }
  let logLikelihood = 0;
  const truth = logs.map((row) => {
    const most = Math.max(...row);
    const sum = row.reduce((total, value) => total + Math.exp(value - most), 0);
    logLikelihood += most + Math.log(sum);
    return row.map((value) => Math.exp(value - most) / sum);
  });
  return { truth, logLikelihood };
}

function named(coded: CodedVotes, truth: readonly number[][], { prior, confusion }: Parameters) {
  const counts = coded.annotators.map(() => 0);
  for (const { annotator } of coded.votes) counts[annotator]!++;
  const model = (i: number): AnnotatorModel => ({
    confusion: confusion[i]!,
    reliability: prior.reduce((sum, share, j) => sum + share * confusion[i]![j]![j]!, 0),
    votes: counts[i]!,
  });
  return {
    labels: coded.labels,
    prior,
    items: new Map(coded.items.map((name, i) => [name, truth[i]!])),
    annotators: new Map(coded.annotators.map((name, i) => [name, model(i)])),
  };
}
