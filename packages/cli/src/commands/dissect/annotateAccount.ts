import type { Annotated, Plan, RawSample, Remarks, Spent, StepFailure, StepName } from '@attune/preferences';
import { spentRows } from '../../judge/server.ts';
import { formatCount } from '../../terminal/format.ts';
import { table } from '../../terminal/table.ts';
import { firstFew } from '../data/common.ts';

/** What was odd in replies that could be used in the end, by step and name. */
export class Oddities implements Remarks {
  readonly #counts = { unknown: new Map<string, number>(), missing: new Map<string, number>() };
  #again = 0;

  unknown(step: StepName, name: string): void {
    add(this.#counts.unknown, `${step}: ${name}`);
  }

  missing(step: StepName, name: string): void {
    add(this.#counts.missing, `${step}: ${name}`);
  }

  again(): void {
    this.#again++;
  }

  toJSON() {
    const { unknown, missing } = this.#counts;
    return {
      askedAgain: this.#again,
      unknownProperties: Object.fromEntries(unknown),
      missingProperties: Object.fromEntries(missing),
    };
  }
}

const add = (counts: Map<string, number>, name: string): unknown => counts.set(name, (counts.get(name) ?? 0) + 1);

/** A step that failed, and of which sample. */
export interface Failed extends StepFailure {
  readonly line: number;
  readonly id?: string | number;
}

/** Where every sample and every call went: annotated + cached + failed + left = samples. */
export interface Account extends Omit<Spent, 'cached' | 'failed'>, ReturnType<Oddities['toJSON']> {
  readonly samples: number;
  /** Annotated with at least one call of this run. */
  readonly annotated: number;
  /** Annotated from earlier replies alone. */
  readonly cached: number;
  readonly failed: number;
  /** Not reached before the work was stopped. */
  readonly left: number;
  readonly cachedReplies: number;
  readonly failedCalls: number;
  readonly cost?: number;
  readonly failures: readonly Failed[];
}

/** What there is to count. */
interface Counted {
  readonly samples: readonly RawSample[];
  readonly lines: readonly number[];
  readonly outcomes: readonly (Annotated | undefined)[];
  readonly spent: Spent;
  readonly oddities: Oddities;
  readonly cost?: number;
}

export function accountOf({ samples, lines, outcomes, spent, oddities, cost }: Counted): Account {
  const { cached: cachedReplies, failed: failedCalls, ...tokens } = spent;
  const reached = outcomes.filter((outcome) => outcome !== undefined);
  const whole = reached.filter((outcome) => 'resolved' in outcome);
  const cached = whole.filter(({ spent }) => spent.calls === 0 && spent.cached > 0).length;
  const failures = reached.flatMap((outcome) => {
    if (!('failures' in outcome)) return [];
    const { id } = samples[outcome.place]!;
    const who = { line: lines[outcome.place]!, ...(id !== undefined && { id }) };
    return outcome.failures.map((failure): Failed => ({ ...who, ...failure }));
  });
  return {
    samples: samples.length,
    annotated: whole.length - cached,
    cached,
    failed: reached.length - whole.length,
    left: samples.length - reached.length,
    ...tokens,
    cachedReplies,
    failedCalls,
    ...(cost !== undefined && { cost }),
    ...oddities.toJSON(),
    failures,
  };
}

/** A sample's line in the file of annotations. One that failed keeps its place, and has no features. */
export function rowOf(sample: RawSample, outcome: Annotated, { properties }: Plan, annotator: string): object {
  const by = { annotator, properties: properties.name };
  if ('resolved' in outcome) return { ...outcome.resolved, ...by };
  const { id, group } = sample;
  const failed = outcome.failures.map(({ step, reason }) => ({ step, reason }));
  return { ...(id !== undefined && { id }), ...(group !== undefined && { group }), comparison: {}, failed, ...by };
}

/** The account for people. */
export function describe(account: Account, out: string | undefined): string {
  const { samples, annotated, cached, failed, left, calls, cachedReplies, failedCalls, input, output, cost } = account;
  const shown = (name: string, count: number, always = false): [string, string][] =>
    count > 0 || always ? [[name, formatCount(count)]] : [];
  const text = [
    table(
      [`${formatCount(samples)} samples`, ''],
      [
        ...shown('annotated', annotated, true),
        ...shown('from earlier replies', cached),
        ...shown('failed', failed),
        ...shown('not reached', left),
      ],
    ),
    table(
      [`${formatCount(calls + failedCalls)} calls`, ''],
      [
        ...spentRows(
          { calls, failed: failedCalls, cached: cachedReplies, input, output, estimated: account.estimated },
          { cost },
          account.askedAgain,
        ),
      ],
    ),
  ];
  text.push(...namesOf('Names that nobody asked for, left out', account.unknownProperties));
  text.push(...namesOf('Names that were missing and asked for again', account.missingProperties));
  const lines = account.failures.map(
    ({ line, id, step, reason }) => `  line ${line}${id === undefined ? '' : ` (${id})`}, ${step}: ${reason}`,
  );
  if (lines.length > 0) text.push(firstFew(lines).join('\n'));
  if (out !== undefined) {
    const again = failed > 0 ? ' The same command asks again for what failed.' : '';
    text.push(`Wrote ${formatCount(samples)} lines to ${out}.${again}`);
  }
  return text.join('\n\n');
}

function namesOf(what: string, counts: Readonly<Record<string, number>>): string[] {
  const lines = Object.entries(counts).map(([name, count]) => `  ${name} (${formatCount(count)})`);
  return lines.length > 0 ? [[`${what}:`, ...firstFew(lines)].join('\n')] : [];
}
