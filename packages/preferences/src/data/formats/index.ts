/** Every format of every kind of record. To add one, write it in its file and add it to the list there. */
import { maybePair } from '../pairsFromComparisons.ts';
import type { Comparison, Pair, Prompt, Text, Unpaired } from '../types.ts';
import { comparisonFormats } from './comparisons.ts';
import { type Format, mapFormat, withoutUndefined } from './format.ts';
import { pairFormats } from './pairs.ts';
import { promptFormats, textFormats, unpairedFormats } from './texts.ts';

/** Formats that give one kind of record, by themselves or by conversion, and what to say when none fits. */
export interface Source<T extends object> {
  readonly formats: readonly Format<T>[];
  readonly wanted: string;
  readonly needs: string;
}

const pairs: readonly Format<Pair>[] = [
  ...pairFormats,
  ...comparisonFormats.map((format) => mapFormat(format, (comparison) => [maybePair(comparison)])),
];

/** The records of each kind. */
export interface Records {
  readonly pairs: Pair;
  readonly comparisons: Comparison;
  readonly unpaired: Unpaired;
  readonly prompts: Prompt;
  readonly texts: Text;
}

/** What a file can hold. */
export type Kind = keyof Records;

/** Pairs are derived from comparisons, prompts and single responses from pairs; never the other way round. */
export const sources: { readonly [K in Kind]: Source<Records[K]> } = {
  pairs: {
    formats: pairs,
    wanted: 'preference pairs',
    needs: 'Each line needs prompt, chosen and rejected.',
  },
  comparisons: {
    formats: comparisonFormats,
    wanted: 'comparisons',
    needs: 'Each line needs id, prompt, responses, choice and judge.',
  },
  unpaired: {
    formats: [...unpairedFormats, ...pairs.map((format) => mapFormat(format, bothResponses))],
    wanted: 'labelled responses',
    needs: 'Each line needs prompt, completion and label (true or false).',
  },
  prompts: {
    formats: [...comparisonFormats.map(promptOfRow), ...pairFormats.map(promptOfRow), ...promptFormats],
    wanted: 'prompts',
    needs: 'Each line needs prompt.',
  },
  texts: {
    formats: textFormats,
    wanted: 'texts',
    needs: 'Each line needs text, or messages, or prompt and completion.',
  },
};

/** The kinds of records, and the formats that are written for each; of several that fit a file, the first decides. */
export const nativeFormats = [
  ['pairs', pairFormats],
  ['comparisons', comparisonFormats],
  ['unpaired', unpairedFormats],
  ['texts', textFormats],
  ['prompts', promptFormats],
] as const satisfies readonly (readonly [Kind, readonly Format<object>[]])[];

/** A row has one prompt, however many comparisons or pairs it gives. */
function promptOfRow(format: Format<Pair> | Format<Comparison>): Format<Prompt> {
  const prompts = mapFormat<Pair | Comparison, Prompt>(format, ({ id, prompt }) => [withoutUndefined({ id, prompt })]);
  return { ...prompts, read: (row, line) => prompts.read(row, line).slice(0, 1) };
}

function bothResponses({ prompt, chosen, rejected }: Pair): Unpaired[] {
  return [
    { prompt, completion: chosen, label: true },
    { prompt, completion: rejected, label: false },
  ];
}
