import {
  chatPairJudge,
  type Judge,
  type Judged,
  type PairTemplate,
  pairQuestions,
  writeRecords,
} from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { formatCount } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { accountOf, describe } from './account.ts';
import type { Contests } from './contests.ts';
import { refuseSilence, stopIfLeft, writeFailures } from './failures.ts';
import { type OfflineJudge, openJudge } from './openJudge.ts';
import type { JudgeOptions } from './options.ts';
import {
  billOf,
  isOnlyEstimate,
  type JudgeServer,
  modelOf,
  noteOf,
  openServer,
  toldBill,
  usualSeed,
} from './server.ts';

/** Has a judge of this machine say which response of each pair is better. */
export async function judgeOffline(context: CommandContext, options: JudgeOptions, read: Contests): Promise<void> {
  using judge = await openJudge(options, read);
  const outcomes = await outcomesOf(judge, read);
  await tell(context, options, { judge, read, outcomes });
}

/** Has a model behind a server say it. */
export async function judgeByServer(
  context: CommandContext,
  options: JudgeOptions,
  { read, template }: { readonly read: Contests; readonly template: PairTemplate },
): Promise<void> {
  const { judge: url, out, seed = usualSeed } = options;
  const model = await modelOf(options, context.say);
  using server = openServer({ url, model, out }, options, context);
  const order = options.order === 'random' ? { seed } : 'both';
  const asking = { template, questions: pairQuestions(read.contests, order) };
  if (isOnlyEstimate(context, server, asking, options)) return;
  const judge = chatPairJudge({ ...server, name: `${model} (${template.name})`, template, order });
  const outcomes = await outcomesOf(judge, read, server);
  await tell(context, options, { judge, read, outcomes, server });
}

/** What came of each pair, by its place, while a person can see how far it is. */
async function outcomesOf(
  judge: Judge,
  { contests }: Contests,
  server?: JudgeServer,
): Promise<readonly (Judged | undefined)[]> {
  const outcomes: (Judged | undefined)[] = contests.map(() => undefined);
  const shown = server && progress(standardError(), { label: 'judge', total: contests.length, unit: 'pairs' });
  let [done, failed] = [0, 0];
  for await (const outcome of judge.judge(contests)) {
    outcomes[outcome.place] = outcome;
    if ('failure' in outcome) failed++;
    shown?.update(++done, noteOf(failed, server!.costIn(server!.spent())));
  }
  shown?.end();
  return outcomes;
}

interface Told {
  readonly judge: Judge & Partial<Pick<OfflineJudge, 'lost'>>;
  readonly read: Contests;
  readonly outcomes: readonly (Judged | undefined)[];
  readonly server?: JudgeServer;
}

async function tell(context: CommandContext, { out }: JudgeOptions, { judge, read, outcomes, server }: Told) {
  const { undecided, kind } = read;
  const { lost } = judge;
  const account = accountOf(read, outcomes);
  const failures = await writeFailures(out, account.failures);
  const whole = {
    judge: judge.name,
    kind,
    ...account,
    undecided,
    lost,
    ...(server && billOf(server)),
    failuresFile: failures,
  };
  const text = [describe(kind, account), ...(server ? [toldBill(server)] : [])].filter(Boolean);
  stopIfLeft(context, account.left, { value: { out: null, ...whole }, text: text.join('\n\n'), server });
  refuseSilence(account, 'pair');
  const comparisons = outcomes.flatMap((outcome) => (outcome && 'comparisons' in outcome ? outcome.comparisons : []));
  await writeRecords(out, comparisons);
  const head = `${out}: ${formatCount(comparisons.length)} comparisons${aside(undecided, lost)}`;
  context.result({ out, ...whole }, [head, ...text].join('\n\n'));
}

const aside = (undecided: number, lost: string | undefined): string =>
  [
    undecided > 0 && `; ${formatCount(undecided)} rows that nobody decided have no pair to judge`,
    lost !== undefined && `; ${lost}`,
  ]
    .filter(Boolean)
    .join('');
