import { readDefinition, type Usage } from '@attune/preferences';
import { z } from 'zod';
import { UsageError } from '../errors.ts';

/** What a model costs, per million tokens, in whatever currency the number is meant. */
export const Price = z.strictObject({ input: z.number().min(0), output: z.number().min(0) });
export type Price = z.infer<typeof Price>;

/** Prices by the name of the model, as a YAML file has them: `gpt-4o-mini: {input: 0.15, output: 0.6}`. */
const Prices = z.record(z.string(), Price);

/** How a price is given on the command line. */
export interface PriceOptions {
  readonly prices?: string;
  readonly priceInput?: number;
  readonly priceOutput?: number;
}

/**
 * The price of a model: as given, else from the file.
 *
 * @returns undefined where no price is given at all
 * @throws UsageError for half a price, or a file without the model
 */
export function priceOf(model: string, { prices: file, priceInput, priceOutput }: PriceOptions): Price | undefined {
  if ((priceInput === undefined) !== (priceOutput === undefined)) {
    throw new UsageError('--price-input and --price-output belong together: of a million tokens asked, and answered.');
  }
  if (priceInput !== undefined && priceOutput !== undefined) return { input: priceInput, output: priceOutput };
  if (file === undefined) return undefined;
  const prices = readDefinition(Prices, file);
  if (Object.hasOwn(prices, model)) return prices[model];
  throw new UsageError(`${file} has no price for ${model}. It has: ${Object.keys(prices).join(', ') || 'none'}.`);
}

/** What an amount of tokens costs. */
export const costOf = ({ input, output }: Usage, price: Price): number =>
  (input * price.input + output * price.output) / 1e6;

/** A sum of money, in a currency that nobody has named: 0.0042, 3.14, 1,250.00. */
export const formatCost = (cost: number): string =>
  cost === 0 || cost >= 0.01
    ? cost.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
    : String(Number(cost.toPrecision(2)));
