import { createHash } from 'node:crypto';
import { type Answer, type Asked, completion } from './chatServer.ts';

/** What a scripted judge does the first time it is asked something; decided by what it is asked. */
export type Mood = 'fine' | 'error' | 'broken line' | 'broken body' | 'busy' | 'slow' | 'down' | 'unreadable';

/** So many of a hundred questions each; all others are fine. */
const moods: readonly (readonly [Mood, number])[] = [
  ['error', 5],
  ['broken line', 2],
  ['broken body', 2],
  ['busy', 3],
  ['slow', 2],
  ['down', 1],
  ['unreadable', 1],
];

const contentOf = ({ body }: Asked): string => body.messages.map(({ content }) => content).join('\n');

/** Of all questions alike, whoever asks them and when. */
export function moodOf(content: string): Mood {
  let left = createHash('sha256').update(content).digest().readUInt16BE() % 100;
  for (const [mood, share] of moods) {
    if (left < share) return mood;
    left -= share;
  }
  return 'fine';
}

/**
 * A judge that prefers the response with the greater `quality N` in its text, asked by the preset `pair`, on a bad day: the
 * first time it is asked something it may fail, break off, be busy or slow; some questions it never answers, and some it
 * answers with words that are no verdict.
 */
export class MoodyJudge {
  /** How often each question got a whole answer: what a real server sends a bill for. */
  readonly paid = new Map<string, number>();
  readonly #tries = new Map<string, number>();
  /** Called after an answer is paid for and before it is sent. */
  onPaid: () => void = () => {};

  /** All answers that were paid for. */
  get bill(): number {
    return [...this.paid.values()].reduce((sum, times) => sum + times, 0);
  }

  readonly answer = async (asked: Asked): Promise<Answer> => {
    const content = contentOf(asked);
    const tried = this.#tries.get(content) ?? 0;
    this.#tries.set(content, tried + 1);
    const mood = moodOf(content);
    if (mood === 'down') return { status: 500, body: 'cannot', headers: { 'retry-after': '0' } };
    if (tried === 0) {
      if (mood === 'error') return { status: 503, body: 'overloaded', headers: { 'retry-after': '0' } };
      if (mood === 'busy') return { status: 429, body: 'slow down', headers: { 'retry-after': '0' } };
      if (mood === 'broken line') throw new Error('the connection breaks');
      if (mood === 'broken body') return { status: 200, body: '{"choices": [{"mess' };
      if (mood === 'slow') await new Promise((done) => setTimeout(done, 50));
    }
    this.paid.set(content, (this.paid.get(content) ?? 0) + 1);
    this.onPaid();
    return completion(mood === 'unreadable' ? 'Both have their charm.' : verdictOn(content), {
      usage: { prompt_tokens: 100, completion_tokens: 10 },
    });
  };
}

function verdictOn(content: string): string {
  const [first, second] = [...content.matchAll(/quality (\d+)/g)].map(([, number]) => Number(number));
  const better = first! > second! ? 'first' : first! < second! ? 'second' : 'tie';
  return JSON.stringify({ reason: 'the greater number', better });
}
