import { degree, type GroupFit, type JudgeFit, type PropertyFit, ranking } from '@attune/preferences';
import { formatCount, formatNumber, formatShare, oneDecimal, shareText } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';

type Fitted = GroupFit & JudgeFit;

const isFitted = (fit: GroupFit): fit is Fitted => 'properties' in fit;

/** A fit as JSON has it: `ess` is the bulk effective sample size, which that of the mean is. */
export function lineOf(fit: GroupFit) {
  if (!isFitted(fit)) return fit;
  const properties = fit.properties.map(({ bulkEss, ...property }) => ({ ...property, ess: bulkEss }));
  return { ...fit, properties };
}

/** What to know before the numbers are believed. */
export function warningsOf(fit: GroupFit): string[] {
  const whose = `${fit.judge}, ${fit.group}:`;
  const { unjudged, unlabelled } = fit.leftOut;
  const left = [
    ...(unjudged > 0 ? [`${whose} ${formatCount(unjudged)} samples without features are left out.`] : []),
    ...(unlabelled > 0 ? [`${whose} ${formatCount(unlabelled)} samples without a label are left out.`] : []),
  ];
  if (!isFitted(fit)) return [...left, `${whose} not fitted: ${fit.refused}.`];
  const { divergences, properties } = fit;
  const apart = properties.filter(({ rhat }) => !(rhat <= 1.01)).map(({ name }) => name);
  return [
    ...left,
    ...(divergences > 0
      ? [`${whose} ${formatCount(divergences)} trajectories diverged. Draw with a longer --warmup.`]
      : []),
    ...(apart.length > 0 ? [`${whose} chains disagree (R-hat above 1.01) on ${apart.join(', ')}. Raise --draws.`] : []),
  ];
}

/** One fit: every property, from most to least preferred. */
export function oneTable(fit: GroupFit): string {
  if (!isFitted(fit)) throw new TypeError('A refused fit has no table.');
  const { judge, group, samples, properties, heldOut } = fit;
  const rows = properties.toSorted((a, b) => b.mean - a.mean).map(propertyRow);
  const head = ['property', 'P', '90 % interval', 'weight', 'sd', 'P(w > 0)', 'R-hat', 'ESS', 'samples'];
  return [
    `${judge}, ${group}: ${formatCount(samples)} samples`,
    table(head, rows),
    ...(heldOut
      ? [
          `Left-out labels foretold: ${shareText(heldOut.accuracy)}; off by ${formatShare(heldOut.calibration.expectedError)} on average where sure.`,
        ]
      : []),
    'P: how likely, in percent, a response is preferred that is better in this property alone.',
  ].join('\n\n');
}

const percent = (weight: number): string => oneDecimal(degree(weight));

const propertyRow = ({ name, mean, sd, q05, q95, probabilityPositive, rhat, bulkEss, samples }: PropertyFit) => [
  name,
  percent(mean),
  `${percent(q05)} to ${percent(q95)}`,
  formatNumber(mean, 3),
  formatNumber(sd, 2),
  probabilityPositive.toFixed(3),
  rhat.toFixed(3),
  formatCount(Math.round(bulkEss)),
  formatCount(samples),
];

/** Many fits: a line each. */
export function allTable(fits: readonly GroupFit[]): string {
  const head = ['judge', 'group', 'samples', 'most preferred', 'least preferred', 'foretold', 'R-hat', 'ESS'];
  return table(head, fits.filter(isFitted).map(fitRow));
}

function fitRow({ judge, group, samples, properties, heldOut }: Fitted): string[] {
  const means = properties.map(({ mean }) => mean);
  const ranked = ranking(
    properties.map(({ name }) => name),
    means,
  );
  const named = ({ name, weight }: { name: string; weight: number }) => `${name} ${percent(weight)}`;
  return [
    judge,
    group,
    formatCount(samples),
    named(ranked[0]!),
    named(ranked.at(-1)!),
    heldOut ? formatShare(heldOut.accuracy.share) : '–',
    Math.max(...properties.map(({ rhat }) => rhat)).toFixed(3),
    formatCount(Math.round(Math.min(...properties.map(({ bulkEss }) => bulkEss)))),
  ];
}
