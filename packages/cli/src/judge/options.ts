import { type JudgeTemplate, judgePreset, readJudgeTemplate } from '@attune/preferences';
import { UsageError } from '../errors.ts';
import type { ScoringOptions } from '../models/scoringOptions.ts';
import type { ServerOptions } from './server.ts';

/** What `attune judge` is asked. */
export interface JudgeOptions extends ScoringOptions, ServerOptions {
  readonly judge: string;
  readonly model?: string;
  readonly reference?: string;
  readonly beta?: number;
  readonly lengthPenalty?: number;
  readonly judgeModel?: string;
  readonly preset?: string;
  readonly template?: string;
  readonly bothOrders?: true;
  readonly order?: 'both' | 'random';
  readonly retryUnreadable?: true;
  readonly data?: string;
  readonly prompts?: string;
  readonly responses?: string;
  readonly against?: string;
  readonly out: string;
}

/** What `--judge` names. */
export type JudgeKind = 'self' | 'server' | 'rule' | 'jury' | 'model';

export function kindOfJudge(judge: string): JudgeKind {
  if (judge === 'self') return 'self';
  if (/^https?:/.test(judge)) return 'server';
  const [, kind] = /^(rule|jury):/.exec(judge) ?? [];
  return (kind as 'rule' | 'jury' | undefined) ?? 'model';
}

const ownersOf = {
  self: ['model', 'reference', 'beta', 'lengthPenalty'],
  server: [
    ...([
      'judgeModel',
      'preset',
      'template',
      'order',
      'retryUnreadable',
      'cache',
      'concurrency',
      'requestsPerMinute',
    ] as const),
    ...(['tokensPerMinute', 'timeout', 'seed', 'prices', 'priceInput', 'priceOutput', 'maxCost', 'estimate'] as const),
  ],
} as const satisfies Partial<Record<JudgeKind, readonly (keyof JudgeOptions)[]>>;

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** @throws UsageError for options that would have no effect, and judges without what they need */
export function checkJudgeOptions(options: JudgeOptions): void {
  const { judge, model, reference, preset, template, order, bothOrders } = options;
  const kind = kindOfJudge(judge);
  for (const [owner, names] of Object.entries(ownersOf)) {
    const given = names.find((name) => options[name] !== undefined);
    if (owner === kind || given === undefined) continue;
    const whose = owner === 'self' ? '--judge self' : 'a --judge behind a URL';
    throw new UsageError(`${flagOf(given)} belongs to ${whose} and has no effect with --judge ${judge}.`);
  }
  if (kind === 'self' && (model === undefined || reference === undefined)) {
    throw new UsageError(
      '--judge self needs --model DIR and --reference DIR; --reference none takes likelihood alone.',
    );
  }
  if (preset !== undefined && template !== undefined) {
    throw new UsageError('Give either --preset or --template: both say how the judge is asked.');
  }
  if (bothOrders && order === 'random') throw new UsageError('Give either --both-orders or --order random.');
}

/** How a chat model is asked. */
export const templateOf = ({ preset = 'pair', template }: JudgeOptions): JudgeTemplate =>
  template === undefined ? judgePreset(preset) : readJudgeTemplate(template);
