/** A judge that goes by a written rule and by nothing else. */
import { basename, extname } from 'node:path';
import { z } from 'zod';
import { toText } from '../data/types.ts';
import { readDefinition } from '../dissect/definition.ts';
import { type TextFunction, textFunctions } from '../dissect/textFunctions.ts';
import { sigmoid } from '../stats/logistic.ts';
import { choiceBy, comparedIn, type Judge } from './judge.ts';

const names = Object.keys(textFunctions) as [TextFunction, ...TextFunction[]];

const Rule = z.strictObject({
  name: z.string().min(1).optional(),
  /** Log-odds that one more of each is worth: a word, an item of a list, 1 of a property from 0 to 1. */
  weights: z.partialRecord(z.enum(names), z.number()),
  /** Responses whose scores differ by no more are a tie. */
  tie: z.number().min(0).default(0),
});
export type Rule = z.infer<typeof Rule>;

/**
 * The rule of a YAML file, such as `weights: {words: -0.01, listItems: 0.2}`; its name is the file's where it has none.
 *
 * @throws DataError with line and field of every fault
 */
export function readRule(file: string): Required<Rule> {
  const rule = readDefinition(Rule, file);
  return { ...rule, name: rule.name ?? basename(file, extname(file)) };
}

/**
 * Prefers by visible properties of the responses alone, as {@link simulatedAnnotator} does, but without chance:
 *
 *   score(y) = Σ_k weight_k · property_k(y)        P(a ≻ b) = σ(score(a) − score(b)), ½ for a tie
 */
export function ruleJudge({ name, weights, tie }: Required<Rule>): Judge {
  const worth = Object.entries(weights) as [TextFunction, number][];
  const score = (text: string) => worth.reduce((sum, [of, weight]) => sum + weight * textFunctions[of](text), 0);
  return {
    name,
    async *judge(pairs) {
      const at = new Date().toISOString();
      for (const [place, pair] of pairs.entries()) {
        const lead = score(toText(pair.a)) - score(toText(pair.b));
        const probability = Math.abs(lead) <= tie ? 0.5 : sigmoid(lead);
        yield {
          place,
          comparisons: [{ ...comparedIn(pair), choice: choiceBy(probability), judge: name, at, probability }],
        };
      }
    },
  };
}
