/**
 * A study of the published size on features made up here: 5,240 samples, 29 properties, 33 judges, 16 groups.
 *
 *   node bench/dissectStudy.ts [--workers N] [--draws N] [--warmup N] [--refit-folds] [--write FOLDER]
 *
 * Fits all of it and prints how long that took and how good the worst of the 528 fits is. With --write, nothing is fitted:
 * the folder gets features.jsonl, labels.json and groups.json for `attune dissect fit` and for dissect_numpyro.py.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  fitAll,
  fitDefaults,
  type JudgeFit,
  type JudgeLabels,
  type Random,
  type Study,
  seededRandom,
  shuffled,
} from '@attune/preferences';

const sizes = {
  scenarios: [400, 400, 400, 400, 400, 820, 400, 400, 400, 820, 400],
  subsets: [1418, 388, 401, 459, 121],
};
const [samples, properties, judges] = [5240, 29, 33];

/** Each property is 0 in 25 to 90 % of samples; those of a sample lean the same way, as ratings do. */
function features(random: Random): number[][] {
  const shares = Array.from({ length: properties }, () => 0.1 + 0.65 * random.uniform());
  return Array.from({ length: samples }, () => {
    const lean = 0.25 + 0.5 * random.uniform();
    return shares.map((share) => (random.uniform() < share ? (random.uniform() < lean ? 1 : -1) : 0));
  });
}

/** Weights as judges have them: most small, a few large. */
function judge(name: string, rows: readonly (readonly number[])[], random: Random): JudgeLabels {
  const weights = Array.from({ length: properties }, () => 0.2 * Math.log(random.uniform() / random.uniform()));
  const labels = rows.map((row) => {
    const logit = row.reduce((sum, value, j) => sum + value * weights[j]!, 0);
    return random.uniform() < 1 / (1 + Math.exp(-logit)) ? 'A' : 'B';
  });
  return { judge: name, labels };
}

function study(random: Random): Study & { features: number[][] } {
  const rows = features(random);
  const groups = new Map<string, number[]>();
  let from = 0;
  for (const [i, size] of sizes.scenarios.entries()) {
    groups.set(
      `scenario ${i + 1}`,
      Array.from({ length: size }, (_, k) => from + k),
    );
    from += size;
  }
  for (const [i, size] of sizes.subsets.entries()) {
    const positions = shuffled([...rows.keys()], random).slice(0, size);
    groups.set(
      `subset ${i + 1}`,
      positions.sort((a, b) => a - b),
    );
  }
  return {
    names: Array.from({ length: properties }, (_, j) => `property ${j + 1}`),
    features: rows,
    judges: Array.from({ length: judges }, (_, i) => judge(`judge ${i + 1}`, rows, random)),
    groups,
  };
}

const { values: given } = parseArgs({
  options: {
    workers: { type: 'string', default: '2' },
    draws: { type: 'string', default: String(fitDefaults.draws) },
    warmup: { type: 'string', default: String(fitDefaults.warmup) },
    'refit-folds': { type: 'boolean', default: false },
    write: { type: 'string' },
  },
});
const made = study(seededRandom(0));

if (given.write !== undefined) {
  const put = (name: string, text: string) => writeFileSync(join(given.write!, name), text);
  put('features.jsonl', made.features.map((row) => `${JSON.stringify(row)}\n`).join(''));
  put('labels.json', JSON.stringify(Object.fromEntries(made.judges.map((one) => [one.judge, one.labels]))));
  put('groups.json', JSON.stringify(Object.fromEntries(made.groups)));
} else {
  const begun = performance.now();
  const fits: JudgeFit[] = [];
  const [workers, draws, warmup] = [given.workers, given.draws, given.warmup].map(Number);
  const options = { workers, draws, warmup, refitFolds: given['refit-folds'] };
  for await (const fit of fitAll(made, options)) if ('properties' in fit) fits.push(fit);
  const seconds = (performance.now() - begun) / 1000;
  const all = fits.flatMap((fit) => fit.properties);
  const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
  console.log(
    JSON.stringify({
      ...{ fits: fits.length, workers, seconds },
      draws: fits[0]!.chains * fits[0]!.draws,
      leastBulkEss: least(all.map(({ bulkEss }) => bulkEss)),
      meanBulkEss: all.reduce((sum, { bulkEss }) => sum + bulkEss, 0) / all.length,
      leastTailEss: least(all.map(({ tailEss }) => tailEss)),
      largestRhat: -least(all.map(({ rhat }) => -rhat)),
      divergences: fits.reduce((sum, fit) => sum + fit.divergences, 0),
      foldsDrawnAnew: fits.reduce((sum, fit) => sum + fit.folds!.refitted, 0),
    }),
  );
}
