import { type Price, readPrice } from '@attune/preferences';
import { UsageError } from '../errors.ts';

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
 * @throws UsageError for half a price
 */
export function priceOf(model: string, { prices, priceInput, priceOutput }: PriceOptions): Price | undefined {
  if ((priceInput === undefined) !== (priceOutput === undefined)) {
    throw new UsageError('--price-input and --price-output belong together: of a million tokens asked, and answered.');
  }
  if (priceInput !== undefined && priceOutput !== undefined) return { input: priceInput, output: priceOutput };
  return prices === undefined ? undefined : readPrice(model, prices);
}
