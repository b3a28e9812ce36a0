import { z } from 'zod';
import { readDefinition } from '../../dissect/definition.ts';
import { DataError } from '../../errors.ts';
import type { Usage } from '../chat.ts';

/** What a model costs, per million tokens, in whatever currency the number is meant. */
export const Price = z.strictObject({ input: z.number().min(0), output: z.number().min(0) });
export type Price = z.infer<typeof Price>;

/** Prices by the name of the model, as a YAML file has them: `gpt-4o-mini: {input: 0.15, output: 0.6}`. */
const Prices = z.record(z.string(), Price);

/**
 * The price of a model in a file of prices.
 *
 * @throws DataError for a file that cannot be read, or without the model
 */
export function readPrice(model: string, file: string): Price {
  const prices = readDefinition(Prices, file);
  if (Object.hasOwn(prices, model)) return prices[model]!;
  throw new DataError(file, `no price for ${model}. It has: ${Object.keys(prices).join(', ') || 'none'}.`);
}

/** What an amount of tokens costs. */
export const costOf = ({ input, output }: Usage, price: Price): number =>
  (input * price.input + output * price.output) / 1e6;

/** A sum of money, in a currency that nobody has named: 0.0042, 3.14, 1,250.00. */
export const formatCost = (cost: number): string =>
  cost === 0 || cost >= 0.01
    ? cost.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : String(Number(cost.toPrecision(2)));
