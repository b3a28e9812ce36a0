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
  readonly item: Int32Array; //      [votes]
  readonly annotator: Int32Array; // [votes]
  readonly label: Int32Array; //     [votes]
}

interface Parameters {
  readonly prior: Float64Array; //     [labels]
  readonly confusion: Float64Array; // [annotators, true label, said label]
}

function codedVotes(votes: readonly Vote[]): CodedVotes {
  const labels = [...new Set(votes.map(({ label }) => label))].sort();
  const items = [...new Set(votes.map(({ item }) => item))];
  const annotators = [...new Set(votes.map(({ annotator }) => annotator))];
  const places = (names: readonly string[], of: (vote: Vote) => string) => {
    const at = new Map(names.map((name, i) => [name, i]));
    return Int32Array.from(votes, (vote) => at.get(of(vote))!);
  };
  return {
    ...{ labels, items, annotators },
    item: places(items, (vote) => vote.item),
    annotator: places(annotators, (vote) => vote.annotator),
    label: places(labels, (vote) => vote.label),
  };
}

/** Makes each row of so many columns sum to 1, where it stands; a row of zeros becomes uniform. */
function normalize(rows: Float64Array, columns: number): Float64Array {
  for (let from = 0; from < rows.length; from += columns) {
    let sum = 0;
    for (let j = from; j < from + columns; j++) sum += rows[j]!;
    for (let j = from; j < from + columns; j++) rows[j] = sum > 0 ? rows[j]! / sum : 1 / columns;
  }
  return rows;
}

/** [items, labels] */
function voteShares({ labels, items, item, label }: CodedVotes): Float64Array {
  const counts = new Float64Array(items.length * labels.length);
  for (let i = 0; i < item.length; i++) counts[item[i]! * labels.length + label[i]!]!++;
  return normalize(counts, labels.length);
}

function maximized({ labels, annotators, item, annotator, label }: CodedVotes, truth: Float64Array): Parameters {
  const k = labels.length;
  const confusion = new Float64Array(annotators.length * k * k);
  for (let i = 0; i < item.length; i++) {
    const [of, said] = [item[i]! * k, annotator[i]! * k * k + label[i]!];
    for (let j = 0; j < k; j++) confusion[said + j * k]! += truth[of + j]!;
  }
  const prior = new Float64Array(k);
  for (let at = 0; at < truth.length; at++) prior[at % k]! += truth[at]!;
  return { prior: normalize(prior, k), confusion: normalize(confusion, k) };
}

/** In logarithms, so that an item with hundreds of votes does not vanish. `truth` is [items, labels]. */
function expectedTruth({ items, item, annotator, label }: CodedVotes, { prior, confusion }: Parameters) {
  const k = prior.length;
  const [logPrior, logConfusion] = [prior.map(Math.log), confusion.map(Math.log)];
  const truth = new Float64Array(items.length * k);
  for (let at = 0; at < truth.length; at++) truth[at] = logPrior[at % k]!;
  for (let i = 0; i < item.length; i++) {
    const [of, said] = [item[i]! * k, annotator[i]! * k * k + label[i]!];
    for (let j = 0; j < k; j++) truth[of + j]! += logConfusion[said + j * k]!;
  }
  let logLikelihood = 0;
  for (let from = 0; from < truth.length; from += k) {
    let most = -Infinity;
    for (let j = from; j < from + k; j++) most = Math.max(most, truth[j]!);
    let sum = 0;
    for (let j = from; j < from + k; j++) sum += truth[j] = Math.exp(truth[j]! - most);
    for (let j = from; j < from + k; j++) truth[j]! /= sum;
    logLikelihood += most + Math.log(sum);
  }
  return { truth, logLikelihood };
}

function named(coded: CodedVotes, truth: Float64Array, { prior, confusion }: Parameters) {
  const k = coded.labels.length;
  const counts = new Int32Array(coded.annotators.length);
  for (const annotator of coded.annotator) counts[annotator]!++;
  const row = (of: Float64Array, i: number): number[] => [...of.subarray(i * k, (i + 1) * k)];
  const model = (i: number): AnnotatorModel => ({
    confusion: coded.labels.map((_, j) => row(confusion, i * k + j)),
    reliability: prior.reduce((sum, share, j) => sum + share * confusion[(i * k + j) * k + j]!, 0),
    votes: counts[i]!,
  });
  return {
    labels: coded.labels,
    prior: [...prior],
    items: new Map(coded.items.map((name, i) => [name, row(truth, i)])),
    annotators: new Map(coded.annotators.map((name, i) => [name, model(i)])),
  };
}
