import { type EncodedText, encodePrompt, microBatches, type OpenedModel, textLogps } from '@attune/align';
import type { Content } from '@attune/preferences';
import { noGrad, tidy } from '@attune/torch';

/**
 * How far one model has moved from another, response by response: Σ_t (log π_moved − log π_start) over responses that
 * the moved model gave, in nats. Their mean estimates KL(moved ‖ start) per response; single ones may be negative.
 */
export function klPerResponse(
  start: OpenedModel,
  moved: OpenedModel,
  prompts: readonly Content[],
  responses: readonly (readonly number[])[],
): number[] {
  const texts = prompts.map((prompt, i): EncodedText => {
    const before = encodePrompt(moved.tokenizer, prompt);
    const response = responses[i]!;
    return { ids: [...before, ...response], mask: [...before.map(() => 0), ...response.map(() => 1)] };
  });
  const logps = ({ model }: OpenedModel) =>
    [...microBatches(texts, 16)].flatMap((batch) => responseLogps(model, batch));
  const under = logps(start);
  return logps(moved).map((logp, i) => logp - under[i]!);
}

/** Σ_t log π of each text's learned tokens, nats. */
function responseLogps(model: OpenedModel['model'], batch: readonly EncodedText[]): number[] {
  const tokens = tidy(() => noGrad(() => textLogps(model, batch).value.toArray()));
  let at = 0;
  return batch.map(({ mask }) => {
    const count = mask.reduce((sum, learned) => sum + learned, 0);
    return tokens.slice(at, (at += count)).reduce((sum, logp) => sum + logp, 0);
  });
}
