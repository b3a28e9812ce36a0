import { chatScores, mean, type Scored, type SingleTemplate, singleQuestion, writeRecords } from '@attune/preferences';
import type { CommandContext } from '../command.ts';
import { formatCount } from '../terminal/format.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import type { Answers } from './answers.ts';
import { failuresOf, refuseSilence, stopIfLeft, toldFailures, writeFailures } from './failures.ts';
import type { JudgeOptions } from './options.ts';
import { billOf, isOnlyEstimate, modelOf, noteOf, openServer, toldBill } from './server.ts';

/** Has a model behind a server score single responses: a line for each, `{"id", "score", "dimensions"?, …}`. */
export async function scoreResponses(
  context: CommandContext,
  options: JudgeOptions,
  { answers, template }: { readonly answers: Answers; readonly template: SingleTemplate },
): Promise<void> {
  const { judge: url, out } = options;
  const { responses, lines } = answers;
  const model = await modelOf(options, context.say);
  using server = openServer({ url, model, out }, options, context);
  if (isOnlyEstimate(context, server, { template, questions: responses.values().map(singleQuestion) }, options)) return;
  const judge = `${model} (${template.name})`;

  const outcomes: (Scored | undefined)[] = responses.map(() => undefined);
  const shown = progress(standardError(), { label: 'judge', total: responses.length, unit: 'responses' });
  let [done, without] = [0, 0];
  for await (const outcome of chatScores(responses, { ...server, name: judge, template })) {
    outcomes[outcome.place] = outcome;
    if ('failure' in outcome) without++;
    shown.update(++done, noteOf(without, server.costIn(server.spent())));
  }
  shown.end();

  const scored = outcomes.flatMap((outcome) => (outcome && 'score' in outcome ? [outcome] : []));
  const failures = outcomes.flatMap((outcome, place) => {
    if (!outcome || !('failure' in outcome)) return [];
    const { id, source, turn } = responses[place]!;
    return [{ id, source, turn, line: lines[place]!, ...outcome.failure }];
  });
  const account = { n: scored.length, ...failuresOf(failures), left: outcomes.filter((one) => !one).length };
  const score = scored.length > 0 ? mean(scored.map((one) => one.score)) : undefined;
  const failuresFile = await writeFailures(out, failures);
  const whole = { judge, kind: 'scores', ...account, meanScore: score, ...billOf(server), failuresFile };
  const text = [
    ...(score === undefined ? [] : [`Mean score ${score.toFixed(2)}.`]),
    ...toldFailures(account),
    toldBill(server),
  ].join('\n\n');
  stopIfLeft(context, account.left, { value: { out: null, ...whole }, text, server });
  refuseSilence(account, 'response');
  await writeRecords(
    out,
    scored.map(({ place, score, dimensions, at }) => {
      const { id, source, turn, category, subcategory } = responses[place]!;
      return { id, score, dimensions, source, turn, category, subcategory, judge, at };
    }),
  );
  context.result({ out, ...whole }, [`${out}: ${formatCount(scored.length)} scores`, text].join('\n\n'));
}
