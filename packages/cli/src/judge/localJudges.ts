import {
  encodedLetters,
  encodePairs,
  encodeQuestions,
  isRewardModel,
  type OpenedModel,
  openModel,
  type Responses,
  rewardFrom,
  selfRewards,
} from '@attune/align';
import { type Judge, type PairToJudge, toText } from '@attune/preferences';
import { UsageError } from '../errors.ts';
import { encodeLines } from '../models/encodeLines.ts';
import { refuseForeignTokens, refuseOtherTokens } from '../models/foreignTokens.ts';
import { refuseRewardModel } from '../models/heads.ts';
import { encodeFor } from '../models/scoring.ts';
import type { ScoringOptions } from '../models/scoringOptions.ts';
import { progress } from '../terminal/progress.ts';
import { standardError } from '../terminal/screen.ts';
import { kindOf } from '../train/setup.ts';
import { asPlainText, type Contests } from './contests.ts';
import { lineOf, type RewardRule, type Verdict, verdictByLetters, verdictByRewards } from './verdicts.ts';

/** A model of this machine that judges. Dispose it. */
export interface LocalJudge extends Judge, Disposable {
  /** "12 too long and left out, 3 cut", once it has judged; undefined where nothing was. */
  readonly lost: string | undefined;
}

/** What its comparisons call a judge, and where the pairs that it will be given stand: for errors. */
export interface Judging extends Pick<Contests, 'file' | 'lines' | 'unit'> {
  readonly name: string;
}

/** Verdicts on the pairs at `places`, and what became of the others. */
interface Verdicts {
  readonly places: readonly number[];
  readonly verdicts: readonly Verdict[];
  readonly lost: string | undefined;
}

function localJudge(
  name: string,
  close: () => void,
  verdictsOn: (pairs: readonly PairToJudge[]) => Verdicts,
): LocalJudge {
  let lost: string | undefined;
  return {
    name,
    async *judge(pairs) {
      const judged = verdictsOn(pairs);
      lost = judged.lost;
      const at = new Date().toISOString();
      const left = new Set(pairs.keys());
      for (const [i, place] of judged.places.entries()) {
        left.delete(place);
        yield { place, comparisons: [lineOf(pairs[place]!, judged.verdicts[i]!, name, at)] };
      }
      for (const place of left) yield { place, failure: { reason: 'too long' } };
    },
    get lost() {
      return lost;
    },
    [Symbol.dispose]: close,
  };
}

/** A model's own reward, and what it is held against. */
export interface SelfOptions extends ScoringOptions, RewardRule {
  readonly model: string;
  /** Left out, likelihood alone is the reward. */
  readonly reference?: string;
}

/** SPA's direct judgment (Kim et al. 2025, arXiv:2406.04412, eq. 7 and 8) of any responses. */
export async function openSelfJudge(
  { model: path, reference: heldTo, ...options }: SelfOptions,
  judging: Judging,
): Promise<LocalJudge> {
  using stack = new DisposableStack();
  const open = async (from: string) => {
    const opened = stack.use(await openModel(from, kindOf(options)));
    refuseRewardModel(from, opened);
    return opened;
  };
  const opened = await open(path);
  const held = heldTo === undefined ? undefined : await open(heldTo);
  if (held) refuseOtherTokens(heldTo!, held, opened, 'model');
  const reference = held?.model;
  const rewards = (groups: readonly Responses[]) => selfRewards(opened.model, reference, groups);
  const owned = stack.move();
  const maxPositions = Math.min(opened.model.maxPositions, reference?.maxPositions ?? Infinity);
  const within = { ...options, maxLength: Math.min(options.maxLength ?? Infinity, maxPositions) };
  return localJudge(
    judging.name,
    () => owned.dispose(),
    (pairs) => judgeByRewards({ path, opened, options: within, rewards, rule: options }, judging, pairs),
  );
}

/** A model that judges others' responses: by its scores if it has a score head, else by the letter it would answer. */
export async function openModelJudge(path: string, options: ScoringOptions, judging: Judging): Promise<LocalJudge> {
  const opened = await openModel(path, kindOf(options));
  const close = () => opened[Symbol.dispose]();
  const { model } = opened;
  if (!isRewardModel(model)) {
    return localJudge(judging.name, close, (pairs) => judgeByLetters({ path, opened, options }, judging, pairs));
  }
  const scored = rewardFrom(model);
  const rewards = (groups: readonly Responses[]) => {
    const scores = [...scored(groups)];
    return groups.map(({ responses }) => scores.splice(0, responses.length));
  };
  const rule = { beta: 1 }; // the scores of Bradley and Terry's model are log-odds as they are
  return localJudge(judging.name, close, (pairs) =>
    judgeByRewards({ path, opened, options, rewards, rule }, judging, pairs),
  );
}

interface Rewarding {
  readonly path: string;
  readonly opened: OpenedModel;
  readonly options: ScoringOptions;
  /** [group][response]. The groups go through the models at once. */
  rewards(groups: readonly Responses[]): number[][];
  readonly rule: RewardRule;
}

function judgeByRewards(
  { path, opened, options, rewards, rule }: Rewarding,
  { file, lines, unit }: Judging,
  contests: readonly PairToJudge[],
): Verdicts {
  const pairs = contests
    .map(readableBy(opened))
    .map(({ prompt, a: chosen, b: rejected }) => ({ prompt, chosen, rejected }));
  const nameOf = (place: number) => `${file}, ${unit} ${lines[place]}`;
  const { examples, places, lost } = encodeFor({ opened, options }, pairs, nameOf, encodePairs);
  const groups = examples.map(({ prompt, chosen, rejected }) => ({ prompt, responses: [chosen, rejected] }));
  refuseForeignTokens(
    path,
    opened,
    groups.flatMap(({ prompt, responses }) => [prompt, ...responses]),
  );
  const worth = inBatches(groups, rewards);
  const verdicts = groups.map(({ responses }, i) => {
    const [a, b] = worth[i]!;
    const lengths = responses.map(({ length }) => length);
    return verdictByRewards(contests[places[i]!]!, [a!, b!], { ...rule, lengths });
  });
  return { places, verdicts, lost };
}

const readableBy =
  ({ tokenizer }: OpenedModel) =>
  (contest: PairToJudge): PairToJudge =>
    tokenizer.hasChatTemplate ? contest : asPlainText(contest);

/** Tokens that go through a model at a time, where a single contest is not longer. */
const tokensAtATime = 4096;

/** Groups of similar length go through the model together, the longest first; the answers are in the order of the groups. */
function inBatches(groups: readonly Responses[], work: (batch: readonly Responses[]) => number[][]): number[][] {
  const shown = progress(standardError(), { label: 'judge', total: groups.length, unit: 'pairs' });
  const length = ({ prompt, responses }: Responses) => responses.reduce((sum, ids) => sum + ids.length, prompt.length);
  const order = [...groups.keys()].sort((a, b) => length(groups[b]!) - length(groups[a]!) || a - b);
  const answers: number[][] = [];
  for (let done = 0; done < order.length; ) {
    const together = Math.max(1, Math.floor(tokensAtATime / length(groups[order[done]!]!)));
    const places = order.slice(done, done + together);
    const found = work(places.map((place) => groups[place]!));
    for (const [i, place] of places.entries()) answers[place] = found[i]!;
    shown.update((done += places.length));
  }
  shown.end();
  return answers;
}

function judgeByLetters(
  { path, opened, options: { maxLength = Infinity, truncationMode } }: Omit<Rewarding, 'rewards' | 'rule'>,
  { file, lines, unit }: Judging,
  contests: readonly PairToJudge[],
): Verdicts {
  if (truncationMode === 'keep_end') {
    throw new UsageError(
      `--truncation-mode keep_end has no meaning here: ${path} reads both responses of a pair at once, and too long ones ` +
        'are cut at their ends. Give keep_start, or drop.',
    );
  }
  const { model, tokenizer } = opened;
  const most = Math.min(maxLength, model.maxPositions);
  const encoded = encodeLines(tokenizer, file, { records: contests, lines, unit }, ({ prompt, a, b }) =>
    encodeQuestions(tokenizer, { prompt, a: toText(a), b: toText(b) }, most),
  );
  const cut = [...encoded.keys()].filter((place) => encoded[place]!.cut > 0);
  if (cut.length > 0 && truncationMode === 'refuse') {
    throw new UsageError(
      `${file}, ${unit} ${lines[cut[0]!]}: the question about both responses has more than the ${most} tokens that fit. ` +
        `${cut.length} of ${contests.length} are too long. Leave them out with --truncation-mode drop, or cut the ` +
        'responses with keep_start.',
    );
  }
  const places = [...encoded.keys()].filter((place) => truncationMode !== 'drop' || encoded[place]!.cut === 0);
  const kept = places.map((place) => encoded[place]!);
  refuseForeignTokens(
    path,
    opened,
    kept.flatMap(({ ab, ba }) => [ab, ba]),
  );
  const shown = progress(standardError(), { label: 'judge', total: kept.length, unit: 'pairs' });
  const letters = encodedLetters(opened, kept, { onDone: (done) => shown.update(done) });
  shown.end();
  const lost = truncationMode === 'drop' ? 'too long and left out' : 'cut to fit';
  return {
    places,
    verdicts: letters.map((answer, i) => verdictByLetters(contests[places[i]!]!, answer)),
    lost: cut.length > 0 ? `${cut.length} ${lost}` : undefined,
  };
}
