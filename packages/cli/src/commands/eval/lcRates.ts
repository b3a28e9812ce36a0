import { basename } from 'node:path';
import {
  type Difficulties,
  type Estimate,
  type GamedRow,
  type Interval,
  type JointDifficulties,
  jointDifficulties,
  type LengthCurve,
  type LengthFitKind,
  type LengthWeights,
  lengthControlledWinRate,
  lengthCurve,
  type Outputs,
  type ReadLengthComparisons,
  rateBetween,
  readDifficulties,
  readGamedRows,
  readLengthComparisons,
  readLengthWeights,
  readOutputs,
  type SandwichError,
  sandwichBetween,
  type WinRate,
} from '@attune/preferences';
import { UsageError } from '../../errors.ts';
import { oneDecimal } from '../../terminal/format.ts';
import type { Options as ReadOptions } from '../data/common.ts';
import { tellSkipped } from '../data/common.ts';
import { tellOutside } from './shared.ts';

/** What `attune eval lc-winrate` is asked. */
export interface Options extends ReadOptions {
  readonly data: readonly string[];
  readonly system?: string;
  readonly against?: string;
  readonly baseline?: string;
  readonly difficulty?: string;
  readonly weights?: string;
  readonly gamed?: string;
  readonly estimateDifficulty?: boolean;
  readonly fit?: LengthFitKind;
  readonly between?: readonly string[];
  readonly weighted?: boolean;
  readonly seed: number;
  readonly resamples: number;
  readonly out?: string;
  readonly report?: string;
}

/** The files beside the comparisons. */
interface Given {
  readonly baseline?: Outputs;
  readonly difficulties?: Difficulties;
  readonly weights?: ReadonlyMap<string, LengthWeights>;
  readonly gamed: readonly GamedRow[];
}

async function readGiven(say: Say, { baseline, difficulty, weights, gamed: gamedFile }: Options): Promise<Given> {
  const difficultyFile = difficulty ?? gamedFile;
  const { gamed, skips } = gamedFile === undefined ? { gamed: [], skips: 0 } : await readGamedRows(gamedFile);
  if (skips > 0) say(`${gamedFile}: ${skips} rows without a preference are left out.`);
  return {
    ...(baseline !== undefined && { baseline: await readOutputs(baseline) }),
    ...(difficultyFile !== undefined && { difficulties: await readDifficulties(difficultyFile) }),
    ...(weights !== undefined && { weights: await readLengthWeights(weights) }),
    gamed,
  };
}

/** A file of `--data`. */
interface ReadSystem extends ReadLengthComparisons {
  readonly file: string;
}

/** The comparisons of each file, with difficulties from a file, estimated, or none. Says what was left out. */
async function readSystems(
  say: Say,
  options: Options,
  given: Given,
): Promise<{ systems: ReadSystem[]; joint?: JointDifficulties }> {
  const { system, against, weighted = false, onError, data } = options;
  const systems: ReadSystem[] = [];
  for (const file of data) {
    const read = await readLengthComparisons(file, {
      ...{ onError, weighted, lengthsOptional: given.weights !== undefined },
      ...(system !== undefined && { system }),
      ...(against !== undefined && { against }),
      ...(given.baseline && { baseline: given.baseline }),
      ...(given.difficulties && { difficulties: given.difficulties }),
    });
    tellSkipped(say, file, read);
    tellOutside(say, file, read);
    systems.push({ ...read, file });
  }
  if (!options.estimateDifficulty) return { systems };
  oneOpponent('--estimate-difficulty', systems);
  const joint = jointDifficulties(systems.map(({ comparisons }) => comparisons));
  return { systems: systems.map((read) => withDifficulties(read, joint)), joint };
}

const withDifficulties = (read: ReadSystem, { byPrompt }: JointDifficulties): ReadSystem => ({
  ...read,
  comparisons: read.comparisons.map((each) => ({ ...each, difficulty: byPrompt.get(each.prompt) ?? 0 })),
});

/** @throws UsageError for systems that were judged against different ones */
function oneOpponent(flag: string, systems: readonly { readonly against: readonly string[] }[]): void {
  const opponents = [...new Set(systems.map(({ against }) => against.join(', ')))];
  if (opponents.length > 1) {
    throw new UsageError(`${flag}: the systems were judged against ${opponents.join(' and ')}, not all against one.`);
  }
}

type Say = (line: string) => void;

/** A row of the table. */
export interface SystemRate extends WinRate {
  readonly data: string;
  readonly system: string;
  readonly against: readonly string[];
  readonly meanLengths: readonly [system: number, against: number] | undefined;
  readonly lcWinRate: number;
  /** AlpacaEval's, which is no sampling error. */
  readonly lcStandardError: number | undefined;
  /** By the bootstrap, and by the sandwich for weights from a file. */
  readonly lcInterval: Interval | undefined;
  readonly lcBootstrap: Estimate | undefined;
  readonly lcSandwich: SandwichError | undefined;
  readonly weights: LengthWeights;
  readonly inversePenalty?: number;
  readonly fit: LengthFitKind | 'given';
  readonly extremeChange: boolean;
  /** Of the raw rate. */
  readonly bootstrap: Interval;
}

/** All that is asked of the comparisons. */
export interface Rates {
  readonly systems: readonly SystemRate[];
  /** Of each system, where lengths are known. */
  readonly curves: readonly (LengthCurve | undefined)[];
  /** The standard deviation of estimated difficulties. */
  readonly difficultyDeviation?: number;
  readonly between?: Between;
}

/** Reads what is given, and computes what is asked. */
export async function lcRates(say: Say, options: Options): Promise<Rates> {
  const given = await readGiven(say, options);
  const { systems: reads, joint } = await readSystems(say, options, given);
  const systems = reads.map((read) => systemRate(say, read, options, given));
  const between = options.between && betweenSystems(options.between, reads, systems, given);
  const curves = reads.map(({ comparisons, meanLengths }, i) =>
    meanLengths ? lengthCurve(systems[i]!.weights, comparisons) : undefined,
  );
  return { systems, curves, ...(joint && { difficultyDeviation: joint.deviation }), ...(between && { between }) };
}

function systemRate(say: Say, read: ReadSystem, options: Options, { weights, difficulties, gamed }: Given): SystemRate {
  const { file, system, against, comparisons, meanLengths, skips, others, skipped } = read;
  const fit = options.fit ?? (difficulties ? 'l1-cv' : 'mle');
  const weightsFrom = weights ? { weights: weightsOf(say, read, options, weights) } : fit;
  const { seed, resamples } = options;
  const { raw, bootstrap, sandwich, ...rate } = lengthControlledWinRate(comparisons, {
    ...{ weightsFrom, gamed, seed, resamples },
  });
  if (rate.extremeChange) say(warning(system, raw.winRate, rate.lcWinRate));
  return {
    ...{ data: file, system, against, meanLengths, ...rate, fit: weights ? 'given' : fit },
    lcInterval: bootstrap?.interval ?? sandwich?.interval,
    ...{ lcBootstrap: bootstrap, lcSandwich: sandwich, ...raw, skips, others, skipped },
  };
}

/**
 * By the file's name, as AlpacaEval's annotations do not always name the model as its weights do, else by the system's.
 *
 * @throws UsageError where there are weights of neither
 */
function weightsOf(
  say: Say,
  { file, system }: ReadSystem,
  { weights: from }: Options,
  weights: ReadonlyMap<string, LengthWeights>,
): LengthWeights {
  const stem = basename(file).replace(/(\.annotations)?\.(jsonl|json|parquet)(\.gz)?$/, '');
  const byFile = weights.get(stem);
  if (byFile && stem !== system)
    say(`${file}: it compares ${system}; the weights of ${stem}, as it is called, are taken.`);
  const found = byFile ?? weights.get(system);
  if (!found) throw new UsageError(`${from} has no weights of ${system}${stem === system ? '' : `, nor of ${stem}`}.`);
  return found;
}

const warning = (system: string, raw: number, controlled: number): string =>
  `${system}: the length-controlled rate (${oneDecimal(controlled)} %) is far from the raw one (${oneDecimal(raw)} %). ` +
  'Lengths may explain it, or the regression may have failed: look at a few long and a few short responses.';

/** What one system would win from another, responses being equally long. */
export interface Between {
  readonly systems: readonly string[];
  /** What the first would win of the second. */
  readonly lcWinRate: number;
  /** Undefined where weights were given and comparisons not. */
  readonly lcSandwich?: SandwichError | undefined;
}

/** @throws UsageError for a system without weights, and for two that were judged against different ones */
function betweenSystems(
  names: readonly string[],
  reads: readonly ReadSystem[],
  rates: readonly SystemRate[],
  { weights = new Map(), difficulties, gamed }: Given,
): Between {
  const places = names.map((name) => reads.findIndex(({ system }) => system === name));
  if (places.includes(-1)) {
    const [one, other] = names.map((name) => {
      const found = weights.get(name);
      if (found) return found;
      const known = [...weights.keys(), ...reads.map(({ system }) => system)];
      throw new UsageError(`--between ${name}: there are weights of ${known.join(', ')}.`);
    });
    return { systems: names, lcWinRate: rateBetween(one!, other!, difficulties!.values) };
  }
  const both = places.map((i) => ({ weights: rates[i]!.weights, comparisons: reads[i]!.comparisons }));
  oneOpponent(
    '--between',
    places.map((i) => reads[i]!),
  );
  const [one, other] = [both[0]!, both[1]!];
  const lcWinRate = rateBetween(
    one.weights,
    other.weights,
    one.comparisons.map(({ difficulty }) => difficulty),
  );
  const known = places.every((i) => rates[i]!.lcSandwich !== undefined);
  return { systems: names, lcWinRate, lcSandwich: known ? sandwichBetween(one, other, gamed) : undefined };
}
