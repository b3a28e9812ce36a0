import { type CausalLm, isRewardModel, type OpenedModel, responseValues, textLogps } from '@attune/align';
import { AttuneError, seededRandom } from '@attune/preferences';
import { noGrad, type Tensor, tidy } from '@attune/torch';

/** How weights are stored. */
export type Storage = 'float32' | 'float16' | 'bfloat16' | 'q8_0';

/**
 * Nats per token by which rounding weights may change log-probabilities, on average over the probe: five to ten times
 * what it did to language models of 0.3 to 135 million parameters (q8_0: 0.06, bfloat16: 0.01). Rows in a wrong order
 * cost whole nats.
 */
const tolerances: Readonly<Record<Storage, number>> = { float32: 1e-3, float16: 0.02, bfloat16: 0.1, q8_0: 0.3 };

/** What was written does not compute what was read: an error of this program, or of the disk. */
export class DriftError extends AttuneError {
  readonly code = 'drift';
}

/** What a model and its tokenizer make of a few texts, to be compared with another's. */
export interface Probe {
  readonly ids: readonly (readonly number[])[];
  /** Nats: the log-probability of every token but the first of each sequence; a reward model's score of what is before. */
  readonly values: readonly number[];
  readonly chatTemplate: string | undefined;
}

/** How far two models are apart. */
export interface Drift {
  readonly tokens: number;
  readonly natsPerToken: number; // mean of |Δ log π|, or of |Δ score|
  readonly tolerance: number;
}

const texts = [
  'Once upon a time there was a small bear who wanted to know how honey is made. "Ask the bees," said her mother.',
  'The 3 prices are $4.50, €12 and £1,299.99;\n\tin total 100% — naïve, isn’t it? 東京も同じ 🙂',
  'function add(a, b) {\n    return a + b; // 1 + 1 = 2\n}\n',
];
const randomTokens = 24;

/**
 * Token ids to probe a model with: texts where it has a tokenizer, and ids drawn from its whole vocabulary. No longer
 * than a model's window, because GGUF knows none: llama.cpp attends to everything.
 */
function sequences(opened: OpenedModel): number[][] {
  const { vocabSize, maxPositions, config } = opened.model;
  const longest = Math.min(maxPositions, Number(config.sliding_window ?? Infinity));
  const random = seededRandom(1);
  const drawn = [1, 2].map(() => Array.from({ length: randomTokens }, () => Math.floor(random.uniform() * vocabSize)));
  const written = opened.tokenizerFiles ? texts.map((text) => opened.tokenizer.encode(text)) : [];
  return [...written, ...drawn].map((ids) => ids.slice(0, longest)).filter((ids) => ids.length > 1);
}

/** Probes a model. */
export function probe(opened: OpenedModel): Probe {
  const ids = sequences(opened);
  const values = tidy(() => noGrad(() => valuesOf(opened.model, ids).toArray()));
  return { ids, values, chatTemplate: opened.tokenizerFiles?.chatTemplate };
}

function valuesOf(model: CausalLm, ids: readonly (readonly number[])[]): Tensor {
  if (isRewardModel(model)) {
    return responseValues(
      model,
      ids.map((sequence) => ({ prompt: sequence.slice(0, 1), responses: [sequence.slice(1)] })),
    );
  }
  return textLogps(
    model,
    ids.map((sequence) => ({ ids: [...sequence], mask: sequence.map((_, i) => (i === 0 ? 0 : 1)) })),
  ).value;
}

/**
 * Holds what was written against what was read.
 *
 * @throws DriftError where tokens, chat template, log-probabilities or scores differ by more than the storage explains
 */
export function compare(before: Probe, after: Probe, storage: Storage): Drift {
  const refuse = (what: string) =>
    new DriftError(`${what} Nothing was written. Please report this with the name of the model.`);
  if (JSON.stringify(after.ids) !== JSON.stringify(before.ids))
    throw refuse('The tokenizer as written gives other tokens than the one that was read.');
  if (after.chatTemplate !== before.chatTemplate)
    throw refuse('The chat template as written is not the one that was read.');
  const tokens = before.values.length;
  const natsPerToken = before.values.reduce((sum, value, i) => sum + Math.abs(value - after.values[i]!), 0) / tokens;
  const tolerance = tolerances[storage];
  if (natsPerToken <= tolerance) return { tokens, natsPerToken, tolerance }; // never where it is NaN
  throw refuse(
    `The model as written in ${storage} is ${natsPerToken} nats per token away from the one that was read, where rounding ` +
      `explains ${tolerance}.`,
  );
}
