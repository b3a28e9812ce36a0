import { basename, extname } from 'node:path';
import {
  Comparison,
  type Judge,
  type Juror,
  jury,
  type RecordedComparison,
  readAs,
  readDefinition,
  readRule,
  recordedJudge,
  ruleJudge,
} from '@attune/preferences';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Contests } from './contests.ts';
import { type LocalJudge, openModelJudge, openSelfJudge } from './localJudges.ts';
import { type JudgeOptions, kindOfJudge } from './options.ts';

/** DPO's usual β, where nobody says. */
export const usualBeta = 0.1;

/** A judge that needs no server. Dispose it. */
export type OfflineJudge = Judge & Disposable & Partial<Pick<LocalJudge, 'lost'>>;

type Where = Pick<Contests, 'file' | 'lines' | 'unit'>;

/** Opens what `--judge` names. @param from where the pairs stand that it will be given */
export async function openJudge(options: JudgeOptions, from: Where): Promise<OfflineJudge> {
  const { judge, model, reference, beta = usualBeta, lengthPenalty = 0, ...rest } = options;
  if (kindOfJudge(judge) !== 'self') return openNamed(judge, options, from);
  const held = reference === 'none' ? undefined : reference;
  const name = held === undefined ? `${model} (likelihood)` : `${model} (own reward against ${held})`;
  const own = { ...rest, beta, lengthPenalty, model: model!, ...(held !== undefined && { reference: held }) };
  return openSelfJudge(own, { name, ...from });
}

/** A model's folder, `rule:FILE` or `jury:FILE`. */
async function openNamed(judge: string, options: JudgeOptions, from: Where): Promise<OfflineJudge> {
  const kind = kindOfJudge(judge);
  if (kind === 'model') return openModelJudge(judge, options, { name: judge, ...from });
  const file = judge.slice(judge.indexOf(':') + 1);
  if (kind === 'rule') return { ...ruleJudge(readRule(file)), [Symbol.dispose]: () => {} };
  if (kind === 'jury') return openJury(file, options, from);
  throw new UsageError(`${judge} cannot be a member of a jury. Judge with it first, and give its comparisons.`);
}

const Jury = z.strictObject({
  name: z.string().min(1).optional(),
  members: z
    .array(
      z.union([
        z.strictObject({ comparisons: z.string(), weight: z.number().positive().default(1) }),
        z.strictObject({ judge: z.string(), weight: z.number().positive().default(1) }),
      ]),
    )
    .min(1),
});

async function openJury(file: string, options: JudgeOptions, from: Where): Promise<OfflineJudge> {
  const { name = basename(file, extname(file)), members } = readDefinition(Jury, file);
  using stack = new DisposableStack();
  const jurors: Juror[] = [];
  for (const member of members) {
    const judge =
      'judge' in member
        ? stack.use(await openNamed(member.judge, options, from))
        : await readMember(member.comparisons);
    jurors.push({ judge, weight: member.weight });
  }
  const owned = stack.move();
  return { ...jury(name, jurors), [Symbol.dispose]: () => owned.dispose() };
}

const Recorded: z.ZodType<RecordedComparison> = Comparison.extend({ probability: z.number().min(0).max(1).optional() });

/** Comparisons made before; called as their judge, or as the file where there are several. */
async function readMember(file: string): Promise<Judge> {
  const { records } = await readAs(Recorded, file, 'Each line needs to be a comparison, as attune judge writes them.');
  const judges = new Set(records.map(({ judge }) => judge));
  return recordedJudge(judges.size === 1 ? [...judges][0]! : basename(file, extname(file)), records);
}
