import {
  type AnnotatorAnalysis,
  biasTerms,
  type Coefficient,
  type JudgeReport,
  type JudgesReport,
  type MeanEstimate,
} from '@attune/preferences';
import { counted, formatCount, formatShare, intervalText, shareText, twoDecimals } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';

/** The tables of a report about judges. */
export function judgesText(report: JudgesReport): string {
  const { judges, people } = report;
  return [
    agreementTable(report),
    ...skipsText(judges),
    ...biasTable(report),
    ...(judges.some(({ biases }) => biases) ? [weightTable(judges, people !== undefined)] : []),
    ...(judges.some(({ own }) => own) ? [ownTable(judges)] : []),
    ...(judges.some(({ alpacaEval }) => alpacaEval?.variance !== undefined) ? [alpacaEvalTable(report)] : []),
  ].join('\n\n');
}

function agreementTable({ judges, people }: JudgesReport): string {
  const rows = judges.map(({ judge, people: agreement, ...report }) => [
    judge,
    ...[report.items, report.comparisons, report.ties, report.skips].map(formatCount),
    maybe(shareText)(agreement?.majority),
    report.skips === 0 ? '' : maybe(shareText)(agreement?.countingSkips), // else the same
    maybe(shareText)(agreement?.onePerson),
    agreement ? estimateText(agreement.kappa) : '',
  ]);
  const among = people && [
    'people themselves',
    ...[people.items, people.decisions].map(formatCount),
    '',
    '',
    maybe(shareText)(people.majority),
    '',
    maybe(shareText)(people.onePerson),
    '',
  ];
  return fullColumns(
    ['judge', 'items', 'asked', 'ties', 'skips', 'with most people', 'skips wrong', 'with one person', 'kappa'],
    among ? [...rows, among] : rows,
  );
}

function skipsText(judges: readonly JudgeReport[]): string[] {
  const skips = judges.reduce((sum, judge) => sum + judge.skips, 0);
  if (skips === 0) return [];
  return [`${counted(skips, 'verdict')} ${skips === 1 ? 'is' : 'are'} missing (skips): refused, or not to be read.`];
}

/** Nothing where no order is known and no two lengths differ. */
function biasTable({ judges, people }: JudgesReport): string[] {
  const rows = judges.map(({ judge, position, prefersLonger }) => [
    judge,
    maybe(shareText)(position.consistency),
    ...[position.forFirst, position.forSecond, position.tieInOne].map((n) =>
      position.consistency ? formatCount(n) : '',
    ),
    maybe(shareText)(position.firstShown),
    maybe(shareText)(prefersLonger),
  ]);
  const among = people && ['people themselves', '', '', '', '', '', maybe(shareText)(people.prefersLonger)];
  const all = among ? [...rows, among] : rows;
  if (all.every(([, ...cells]) => cells.every((cell) => cell === ''))) return [];
  const table = fullColumns(
    ['judge', 'same in both orders', 'for first', 'for second', 'tie in one', 'takes the first', 'takes the longer'],
    all,
  );
  return [table];
}

function weightTable(judges: readonly JudgeReport[], withPeople: boolean): string {
  const rows = judges.map(({ judge, biases }) => [
    judge,
    ...biasTerms.map((term) => maybe(weightText)(biases?.coefficients[term])),
    biases ? formatCount(biases.choices) : '',
  ]);
  const held = withPeople ? ', what people say held fixed' : '';
  return `What sways the choice, in log-odds, each beside the others${held}:\n${fullColumns(['judge', ...biasTerms, 'choices'], rows)}`;
}

function ownTable(judges: readonly JudgeReport[]): string {
  const rows = judges.flatMap(({ judge, own }) =>
    own
      ? [
          [
            judge,
            own.sources.join(', '),
            shareText(own.wins),
            maybe(shareText)(own.peopleWins),
            ...[own.overPeople, own.overOthers, own.recallGap].map(estimateText),
          ],
        ]
      : [],
  );
  return fullColumns(
    ['judge', 'its own', 'own wins', 'by people', 'over people', 'over other judges', 'recall gap'],
    rows,
  );
}

/** The columns of AlpacaEval's leaderboard of evaluators, for judges that were asked more than once. */
function alpacaEvalTable({ judges, people }: JudgesReport): string {
  const row = (judge: string, { agreement, bias, variance, parsed }: AnnotatorAnalysis) => [
    judge,
    ...[agreement, bias, variance].map(maybe(formatShare)),
    formatCount(parsed),
  ];
  const rows = judges.flatMap(({ judge, alpacaEval }) => (alpacaEval ? [row(judge, alpacaEval)] : []));
  const among = people?.alpacaEval.variance === undefined ? [] : [row('people themselves', people.alpacaEval)];
  return `As AlpacaEval's leaderboard of evaluators:\n${fullColumns(['judge', 'agreement', 'bias', 'variance', 'parsed'], [...rows, ...among])}`;
}

/** A table without the columns in which there is nothing. */
function fullColumns(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const full = head.flatMap((_, i) => (rows.some((row) => row[i] !== '') ? [i] : []));
  return table(
    full.map((i) => head[i]!),
    rows.map((row) => full.map((i) => row[i]!)),
  );
}

/** A judge in one row of plain cells, for `--out`. Shares are from 0 to 1. */
export function judgeRow(report: JudgeReport): Record<string, string | number | undefined> {
  const { people, position, prefersLonger, own, biases } = report;
  return {
    judge: report.judge,
    items: report.items,
    comparisons: report.comparisons,
    ties: report.ties,
    skips: report.skips,
    ...cells('agreement', people?.majority?.share, people?.majority?.interval),
    agreementCountingSkips: people?.countingSkips?.share,
    agreementWithOnePerson: people?.onePerson?.share,
    agreementWithoutTies: people?.withoutTies?.share,
    bias: report.alpacaEval?.bias,
    variance: report.alpacaEval?.variance,
    ...cells('kappa', people?.kappa?.value, people?.kappa?.interval),
    ...cells('consistency', position.consistency?.share, position.consistency?.interval),
    ...cells('firstShown', position.firstShown?.share, position.firstShown?.interval),
    ...cells('prefersLonger', prefersLonger?.share, prefersLonger?.interval),
    ...Object.assign(
      {},
      ...biasTerms.map((term) =>
        cells(`${term}Weight`, biases?.coefficients[term]?.value, biases?.coefficients[term]?.interval),
      ),
    ),
    ...cells('ownWins', own?.wins.share, own?.wins.interval),
    ...cells('ownOverPeople', own?.overPeople?.value, own?.overPeople?.interval),
    ...cells('ownOverOthers', own?.overOthers?.value, own?.overOthers?.interval),
    ...cells('ownRecallGap', own?.recallGap?.value, own?.recallGap?.interval),
  };
}

const cells = (name: string, value: number | undefined, interval: readonly [number, number] | undefined) => ({
  [name]: value,
  [`${name}Low`]: interval?.[0],
  [`${name}High`]: interval?.[1],
});

const maybe =
  <T>(text: (value: T) => string) =>
  (value: T | undefined): string =>
    value === undefined ? '' : text(value);

const weightText = ({ value, interval }: Coefficient): string =>
  `${twoDecimals(value)} (${intervalText(interval, twoDecimals)})`;

const estimateText = (estimate: MeanEstimate | undefined): string => (estimate ? weightText(estimate) : '');
