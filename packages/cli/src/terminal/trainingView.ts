import { formatCount, formatNumber, formatShare } from './format.ts';
import { bar, left } from './progress.ts';
import { LiveBlock, paint, type Screen } from './screen.ts';
import { sparkline } from './sparkline.ts';
import { textWidth } from './table.ts';

/** Training as one watches it. */
export interface TrainingView {
  /** The numbers of a step, under TRL's keys; `num_tokens`, counted from the run's start, gives the speed. */
  update(step: number, values: Readonly<Record<string, number>>): void;
  /** Something worth a line of its own: a checkpoint, an evaluation. */
  say(line: string): void;
  /** Shows the last step, whatever was shown before. */
  end(): void;
}

/**
 * The curves that are shown, in this order, where the run has them: a few for each kind of training. For reinforcement
 * learning it is not the losses, which do not say how it goes.
 */
const curves: readonly { key: string; name: string; format: (value: number) => string }[] = [
  { key: 'loss', name: 'loss', format: formatNumber },
  { key: 'accuracy', name: 'accuracy', format: formatShare },
  { key: 'rewards/accuracies', name: 'accuracy', format: formatShare },
  { key: 'margin', name: 'margin', format: formatNumber },
  { key: 'rewards/margins', name: 'margin', format: formatNumber },
  { key: 'mean_token_accuracy', name: 'tokens right', format: formatShare },
  { key: 'objective/scores', name: 'score', format: formatNumber },
  { key: 'objective/reference_reward', name: 'reward', format: formatNumber },
  { key: 'objective/kl', name: 'KL', format: formatNumber },
  { key: 'completions/mean_length', name: 'length', format: formatNumber },
  { key: 'eval_loss', name: 'held-out loss', format: formatNumber },
  { key: 'eval_accuracy', name: 'held-out accuracy', format: formatShare },
  { key: 'eval_rewards/accuracies', name: 'held-out accuracy', format: formatShare },
  { key: 'eval_win_rate', name: 'held-out wins', format: formatShare },
];

const liveMs = 100;
const plainMs = 15_000;

/**
 * Training on a terminal as a block that renews itself (progress, curves, speed), in a log as a line now and then.
 *
 * @param steps the run's last step
 * @param now milliseconds on a clock that only runs forward
 */
export function trainingView(
  screen: Screen,
  { steps, firstStep = 1 }: { steps: number; firstStep?: number },
  now: () => number = () => performance.now(),
): TrainingView {
  const block = new LiveBlock(screen);
  const history = new Map<string, number[]>();
  const start = now();
  const pace = new TokenPace();
  let [step, shownAt, isShown] = [firstStep - 1, -Infinity, true];

  const timeLeft = () => left(step - firstStep + 1, steps - firstStep + 1, now() - start);
  const show = () => {
    shownAt = now();
    isShown = true;
    if (screen.live) block.draw(liveLines(screen, { step, steps, history, timeLeft: timeLeft(), speed: pace.text() }));
    else screen.write(`${plainLine({ step, steps, history, timeLeft: timeLeft(), speed: pace.text() })}\n`);
  };
  return {
    update(newStep, values) {
      step = newStep;
      for (const [key, value] of Object.entries(values)) {
        if (!history.has(key)) history.set(key, []);
        history.get(key)!.push(value);
      }
      pace.add(values.num_tokens, now());
      isShown = false;
      if (now() - shownAt >= (screen.live ? liveMs : plainMs)) show();
    },
    say: (line) => (screen.live ? block.say(line) : screen.write(`${line}\n`)),
    end: () => void (isShown || show()),
  };
}

/** Tokens a second over the last few steps. */
class TokenPace {
  readonly #seen: { tokens: number; at: number }[] = [];

  add(tokens: number | undefined, at: number): void {
    if (tokens === undefined) return;
    this.#seen.push({ tokens, at });
    if (this.#seen.length > 20) this.#seen.shift();
  }

  text(): string {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    if (!first || !last || last.at <= first.at) return '';
    return `${formatCount(((last.tokens - first.tokens) / (last.at - first.at)) * 1000)} tokens/s`;
  }
}

interface Moment {
  readonly step: number;
  readonly steps: number;
  readonly history: ReadonlyMap<string, readonly number[]>;
  readonly timeLeft: string;
  readonly speed: string;
}

const joined = (...parts: string[]): string => parts.filter((part) => part !== '').join('   ');

function liveLines(screen: Screen, { step, steps, history, timeLeft, speed }: Moment): string[] {
  const shown = curves.filter(({ key }) => history.has(key));
  const nameWidth = Math.max(0, ...shown.map(({ name }) => name.length));
  const values = shown.map(({ key, format }) => format(history.get(key)!.at(-1)!));
  const valueWidth = Math.max(0, ...values.map(textWidth));
  const columns = Math.max(10, Math.min(60, screen.columns() - nameWidth - valueWidth - 8));
  return [
    joined(`step ${formatCount(step)} of ${formatCount(steps)}`, bar(screen, step / steps, 24), timeLeft, speed),
    ...shown.map(({ key, name }, i) => {
      const value = paint(screen, 'bold', values[i]!.padStart(valueWidth));
      return `  ${name.padEnd(nameWidth)}  ${value}  ${paint(screen, 'cyan', sparkline(history.get(key)!, columns))}`;
    }),
  ];
}

function plainLine({ step, steps, history, timeLeft, speed }: Moment): string {
  const numbers = curves
    .filter(({ key }) => history.has(key))
    .map(({ key, name, format }) => `${name} ${format(history.get(key)!.at(-1)!)}`);
  return joined(`step ${formatCount(step)} of ${formatCount(steps)}`, ...numbers, speed, timeLeft);
}
