import {
  type Content,
  hasResponses,
  type InjectedPairs,
  injectedPairs,
  readRawSamples,
  toText,
  writeRecords,
} from '@attune/preferences';
import type { Command } from 'commander';
import { type CommandContext, command, number, run } from '../../command.ts';
import { readContests } from '../../judge/contests.ts';
import { checkOutFile } from '../../models/outFile.ts';
import { formatCount } from '../../terminal/format.ts';
import { type FeaturedOptions, featured, withFeatured } from './featured.ts';

interface Options extends FeaturedOptions {
  readonly data: string;
  readonly out: string;
  readonly against?: true;
  readonly margin: number;
}

/** `attune dissect inject`: pairs by which DPO trains a judge's preference into a model. */
export const injectCommand = (): Command =>
  withFeatured(
    command(
      'inject',
      "Preference pairs that train a judge's fitted preference into a model, or its opposite",
      'attune dissect inject --weights weights.jsonl --judge human --data samples.jsonl --features resolved.jsonl --out pairs.jsonl',
    )
      .requiredOption('--data <file>', 'two responses to each prompt: samples, comparisons or pairs')
      .requiredOption('--out <file>', 'where the pairs go, for attune train dpo'),
  )
    .option('--against', 'prefer what the judge would not')
    .option('--margin <points>', 'leave out what is foretold within 50 ± this %', number(0, 49.999), 15)
    .action(run(inject));

async function inject({ result }: CommandContext, options: Options): Promise<void> {
  const { data, out, against = false, margin } = options;
  checkOutFile(out);
  const samples = await responsesIn(data);
  const { lines } = await featured(
    options,
    data,
    samples.map(({ id }) => id),
    () => samples.map(({ a, b }) => ({ a: toText(a), b: toText(b) })),
  );
  const injected = injectedPairs(
    samples.map((sample, i) => ({ ...sample, features: lines[i]!.features, weights: lines[i]!.fit?.mean })),
    { against, margin: margin / 100 },
  );
  await writeRecords(out, injected.pairs);
  const { pairs, ...left } = injected;
  result({ out, samples: samples.length, pairs: pairs.length, ...left }, describe(options, samples.length, injected));
}

interface Responses {
  readonly id?: string;
  readonly prompt: Content;
  readonly a: Content;
  readonly b: Content;
}

/** Of pairs `a` is the chosen one; which one was chosen has no influence. */
async function responsesIn(file: string): Promise<Responses[]> {
  if (!(await hasResponses(file))) {
    return (await readContests(file)).contests.map(({ id, prompt, a, b }) => ({ id, prompt, a, b }));
  }
  const { records } = await readRawSamples(file);
  return records.map(({ id, prompt, response_a: a, response_b: b }) => ({
    ...(id !== undefined && { id: String(id) }),
    ...{ prompt, a, b },
  }));
}

function describe(
  { out, judge, against, margin }: Options,
  samples: number,
  { pairs, close, same, featureless, weightless }: InjectedPairs,
): string {
  const left: [number, string][] = [
    [close, `foretold within 50 ± ${margin} %`],
    [same, 'with one response twice'],
    [featureless, 'without features'],
    [weightless, `in no group that ${judge} has weights of`],
  ];
  const told = left.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return (
    `${out}: ${formatCount(pairs.length)} pairs ${against ? 'against' : 'towards'} what ${judge} prefers, of ${formatCount(samples)} samples` +
    `${told.length > 0 ? `. No pair from ${told.join(', ')}` : ''}.`
  );
}
