import type { Pair, Text, Unpaired } from '@attune/preferences';
import { AttuneError } from '@attune/torch';
import type { Tokenizer } from '../tokenizers/Tokenizer.ts';
import { EncodingError } from './boundary.ts';
import {
  type EncodedPair,
  type EncodedText,
  type EncodedUnpaired,
  type EncodeOptions,
  encodeConversation,
  encodePair,
  encodeUnpaired,
} from './encode.ts';
import { type Fitted, fit, type Limit } from './truncate.ts';

/** What encoding a data set left out or changed, all of it. Places count from 0 in the order given. */
export interface EncodingReport {
  readonly total: number;
  readonly kept: number;
  /** Examples too long, with their length: prompt and longest response together, in tokens. */
  readonly dropped: readonly { readonly place: number; readonly id?: string; readonly tokens: number }[];
  /** Examples that were cut, and the tokens they lost of the prompt and of the responses (of both, for a pair). */
  readonly truncated: readonly {
    readonly place: number;
    readonly id?: string;
    readonly prompt: number;
    readonly responses: number;
  }[];
  /** Examples whose response had to be encoded on its own, because it merges with the prompt (`split`). */
  readonly movedBoundaries: number;
}

/** A data set as tokens: what is left of it, and what became of the rest. */
export interface Encoded<Example> {
  readonly examples: Example[];
  readonly report: EncodingReport;
}

/** How to encode a data set: the longest example, what to do with longer ones, and with boundaries that move. */
export type EncodeAllOptions = EncodeOptions &
  Limit & {
    /** What an example is called in errors: where it was read. Left out, its number and id. */
    readonly nameOf?: (example: object) => string | undefined;
  };

/**
 * Encodes pairs for preference training. What is too long is dropped or cut as the options say, and reported.
 *
 * @throws EncodingError for all pairs that cannot be encoded, at once
 */
export function encodePairs(
  tokenizer: Tokenizer,
  pairs: readonly Pair[],
  options: EncodeAllOptions,
): Encoded<EncodedPair> {
  return encodeAll(pairs, options, (pair) => {
    const encoded = encodePair(tokenizer, pair, options);
    const fitted = fit(encoded.prompt, [encoded.chosen, encoded.rejected], options, startOf(tokenizer, encoded.prompt));
    const tokens = encoded.prompt.length + Math.max(encoded.chosen.length, encoded.rejected.length);
    const kept = fitted && {
      ...encoded,
      prompt: fitted.prompt,
      chosen: fitted.responses[0]!,
      rejected: fitted.responses[1]!,
    };
    return { kept, tokens, lost: fitted?.lost, boundaryMoved: encoded.boundaryMoved };
  });
}

/** Encodes single responses with their labels, for KTO. As `encodePairs` otherwise. */
export function encodeUnpairedAll(
  tokenizer: Tokenizer,
  examples: readonly Unpaired[],
  options: EncodeAllOptions,
): Encoded<EncodedUnpaired> {
  return encodeAll(examples, options, (example) => {
    const encoded = encodeUnpaired(tokenizer, example, options);
    const fitted = fit(encoded.prompt, [encoded.response], options, startOf(tokenizer, encoded.prompt));
    const kept = fitted && { ...encoded, prompt: fitted.prompt, response: fitted.responses[0]! };
    const tokens = encoded.prompt.length + encoded.response.length;
    return { kept, tokens, lost: fitted?.lost, boundaryMoved: encoded.boundaryMoved };
  });
}

/**
 * Encodes texts to fine-tune on. As `encodePairs` otherwise; the prompt is what comes before the first token to learn,
 * the response the rest.
 */
export function encodeConversations(
  tokenizer: Tokenizer,
  examples: readonly Text[],
  options: EncodeAllOptions,
): Encoded<EncodedText> {
  return encodeAll(examples, options, (example) => {
    const { ids, mask, boundaryMoved } = encodeConversation(tokenizer, example, options);
    const first = mask.indexOf(1);
    const fitted = fit(ids.slice(0, first), [ids.slice(first)], options, startOf(tokenizer, ids));
    const kept = fitted && {
      ids: [...fitted.prompt, ...fitted.responses[0]!],
      mask: [...fitted.prompt.map(() => 0), ...mask.slice(first, first + fitted.responses[0]!.length)],
      boundaryMoved,
    };
    return { kept, tokens: ids.length, lost: fitted?.lost, boundaryMoved };
  });
}

interface Outcome<Example> {
  readonly kept: Example | undefined;
  readonly tokens: number;
  readonly lost: Fitted['lost'] | undefined;
  readonly boundaryMoved?: boolean;
}

function encodeAll<Source extends object, Example>(
  sources: readonly Source[],
  { nameOf }: EncodeAllOptions,
  encode: (source: Source) => Outcome<Example>,
) {
  const examples: Example[] = [];
  const dropped: EncodingReport['dropped'][number][] = [];
  const truncated: EncodingReport['truncated'][number][] = [];
  const failures: string[] = [];
  let movedBoundaries = 0;
  for (const [place, source] of sources.entries()) {
    const id = 'id' in source ? (source.id as string | undefined) : undefined;
    try {
      const { kept, tokens, lost, boundaryMoved } = encode(source);
      if (kept === undefined) dropped.push({ place, id, tokens });
      else examples.push(kept);
      const cut = { prompt: lost?.prompt ?? 0, responses: lost?.responses.reduce((sum, n) => sum + n, 0) ?? 0 };
      if (cut.prompt + cut.responses > 0) truncated.push({ place, id, ...cut });
      if (boundaryMoved && kept !== undefined) movedBoundaries++;
    } catch (error) {
      if (!(error instanceof AttuneError && error.badInput)) throw error;
      const name = nameOf?.(source) ?? `Example ${place + 1}`;
      failures.push(`${name}${id === undefined ? '' : ` (${id})`}: ${error.message}`);
    }
  }
  if (failures.length > 0) throw encodingFailures(failures, sources.length);
  return { examples, report: { total: sources.length, kept: examples.length, dropped, truncated, movedBoundaries } };
}

const shownFailures = 5;

function encodingFailures(failures: readonly string[], total: number): EncodingError {
  const rest = failures.length - shownFailures;
  const more = rest > 0 ? `\n\n… and ${rest} more.` : '';
  return new EncodingError(
    `${failures.length} of ${total} examples cannot be encoded.\n\n${failures.slice(0, shownFailures).join('\n\n')}${more}`,
  );
}

/** Tokens at a prompt's beginning that must stay: the begin token. */
const startOf = ({ bosId }: Tokenizer, ids: readonly number[]): number => (ids[0] === bosId ? 1 : 0);
