import { type Summary, summary } from '@attune/preferences';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { percent } from './display.ts';
import type { EncodedPair, EncodedText, EncodedUnpaired } from './encode.ts';
import type { Encoded, EncodingReport } from './encodeAll.ts';
import { type MemoryPrediction, type MemorySizes, predictMemory } from './memory.ts';

/** A token as a person reads it, and whether it is only read (prompt) or learned from (response). */
export interface TokenView {
  readonly id: number;
  readonly text: string;
  readonly part: 'prompt' | 'response';
}

/** One sequence of an example: `chosen`, `rejected`, `wanted`, `unwanted` or `text`. */
export interface SampleView {
  readonly place: number;
  readonly name: string;
  readonly tokens: readonly TokenView[];
}

/** How many sequences hold no, one, or several tokens of a kind. */
export interface Occurrences {
  readonly none: number;
  readonly one: number;
  readonly several: number;
}

/** What is known about the data before the first step. */
export interface PreflightReport {
  readonly data: EncodingReport;
  readonly samples: readonly SampleView[];
  /** Begin tokens that sequences start with; absent if the tokenizer has none. */
  readonly begin?: Occurrences;
  /** End tokens among the tokens learned; absent if the tokenizer has none. Several are usual in several turns. */
  readonly end?: Occurrences;
  /** Tokens per sequence, by what they are. */
  readonly lengths: Readonly<Record<string, Summary>>;
  /** Shares (0 to 1) of pairs with the longer chosen or rejected response; the rest are equally long. */
  readonly longer?: { readonly chosen: number; readonly rejected: number };
  /** Examples equal to an earlier one, token for token. */
  readonly duplicates: number;
  /** Pairs whose two responses are the same tokens: nothing can be learned from them. */
  readonly identicalResponses: number;
  readonly memory?: MemoryPrediction;
  /** What a person should look at before going on. */
  readonly warnings: readonly string[];
}

/** What a preflight shows beside what it always does. */
export interface PreflightOptions {
  /** Examples to show token by token, spread evenly over the data. */
  readonly samples?: number;
  readonly memory?: MemorySizes;
}

type Example = EncodedPair | EncodedUnpaired | EncodedText;

/** Looks at encoded data as the model will see it. */
export function preflight(
  tokenizer: Tokenizer,
  { examples, report }: Encoded<Example>,
  { samples = 2, memory }: PreflightOptions = {},
): PreflightReport {
  const sequences = examples.map(sequencesOf);
  const pairs = examples.filter((example) => 'chosen' in example);
  const found = {
    data: report,
    samples: samplesOf(tokenizer, sequences, samples),
    ...audit(tokenizer, sequences.flat()),
    lengths: lengthsOf(sequences),
    ...(pairs.length > 0 && { longer: longerShares(pairs) }),
    duplicates: examples.length - new Set(sequences.map((own) => JSON.stringify(own))).size,
    identicalResponses: pairs.filter(({ chosen, rejected }) => String(chosen) === String(rejected)).length,
    ...(memory && { memory: predictMemory(memory) }),
  };
  return { ...found, warnings: warningsOf(found) };
}

interface Sequence {
  readonly name: string;
  readonly ids: readonly number[];
  readonly mask: readonly number[];
}

function sequencesOf(example: Example): Sequence[] {
  if ('ids' in example) return [{ name: 'text', ids: example.ids, mask: example.mask }];
  const after = (name: string, response: readonly number[]) => ({
    name,
    ids: [...example.prompt, ...response],
    mask: [...example.prompt.map(() => 0), ...response.map(() => 1)],
  });
  if ('chosen' in example) return [after('chosen', example.chosen), after('rejected', example.rejected)];
  return [after(example.label ? 'wanted' : 'unwanted', example.response)];
}

function samplesOf(tokenizer: Tokenizer, sequences: Sequence[][], count: number): SampleView[] {
  const shown = Math.min(count, sequences.length);
  const places = Array.from({ length: shown }, (_, i) => Math.floor((i * sequences.length) / shown));
  return places.flatMap((place) =>
    sequences[place]!.map(({ name, ids, mask }) => {
      const texts = tokenizer.tokens(ids);
      const tokens = ids.map((id, i) => ({ id, text: texts[i]!, part: partOf(mask[i]!) }));
      return { place, name, tokens };
    }),
  );
}

const partOf = (mask: number): TokenView['part'] => (mask ? 'response' : 'prompt');

function audit({ bosId, eosIds }: Tokenizer, sequences: readonly Sequence[]) {
  const begins = ({ ids }: Sequence) =>
    ids.every((id) => id === bosId) ? ids.length : ids.findIndex((id) => id !== bosId);
  const ends = ({ ids, mask }: Sequence) => ids.filter((id, i) => mask[i] && eosIds.includes(id)).length;
  return {
    ...(bosId !== undefined && { begin: occurrences(sequences, begins) }),
    ...(eosIds.length > 0 && { end: occurrences(sequences, ends) }),
  };
}

function occurrences(sequences: readonly Sequence[], count: (sequence: Sequence) => number): Occurrences {
  const counts = sequences.map(count);
  const one = counts.filter((n) => n === 1).length;
  const none = counts.filter((n) => n === 0).length;
  return { none, one, several: counts.length - one - none };
}

function lengthsOf(sequences: readonly Sequence[][]): Record<string, Summary> {
  const learned = ({ mask }: Sequence) => mask.reduce((sum, counted) => sum + counted, 0);
  const byName = Map.groupBy(sequences.flat(), ({ name }) => name);
  const prompts = sequences.flatMap(([first]) => (first ? [first.ids.length - learned(first)] : []));
  const responses = [...byName].map(([name, own]) => [name, summary(own.map(learned))] as const);
  return { prompt: summary(prompts), ...Object.fromEntries(responses) };
}

function longerShares(pairs: readonly EncodedPair[]) {
  const share = (longer: (pair: EncodedPair) => boolean) => pairs.filter(longer).length / pairs.length;
  return {
    chosen: share(({ chosen, rejected }) => chosen.length > rejected.length),
    rejected: share(({ chosen, rejected }) => rejected.length > chosen.length),
  };
}

/** From this share of pairs on, the longer response being the chosen one is a pattern that a model will pick up. */
const lengthBias = 0.65;

function warningsOf(found: Omit<PreflightReport, 'warnings'>): string[] {
  const { data, begin, end, longer, duplicates, identicalResponses } = found;
  const when = (is: boolean | undefined, text: string) => (is ? [text] : []);
  const bias = Math.max(longer?.chosen ?? 0, longer?.rejected ?? 0);
  const side = bias === longer?.chosen ? 'chosen' : 'rejected';
  return [
    ...when(data.kept === 0, 'no example is left'),
    ...when(data.dropped.length > 0, `too long and left out: ${data.dropped.length} of ${data.total} examples`),
    ...when(data.truncated.length > 0, `cut: ${data.truncated.length} of ${data.total} examples`),
    ...when(data.movedBoundaries > 0, `with a response encoded on its own (moved boundary): ${data.movedBoundaries}`),
    ...when(begin && begin.several > 0, `sequences with several begin tokens: ${begin?.several}`),
    ...when(
      begin && begin.none > 0 && begin.one > 0,
      `sequences without the begin token that others have: ${begin?.none}`,
    ),
    ...when(end && end.none > 0, `sequences whose end token is not there to be learned: ${end?.none}`),
    ...when(
      bias >= lengthBias,
      `the ${side} response is the longer one in ${percent(bias)}: a model will learn length`,
    ),
    ...when(identicalResponses > 0, `pairs with two equal responses: ${identicalResponses}`),
    ...when(duplicates > 0, `examples that repeat an earlier one: ${duplicates}`),
  ];
}
