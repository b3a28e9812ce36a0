/**
 * Writes the text that the bundled model learns from: stories of our own making (`grammar.ts`), prompts, and a tokenizer
 * trained on them.
 *
 *   node recipes/stories/corpus.ts --stories 30000 --seed 1 --out corpus [--familiar]
 *
 *   train.jsonl, validation.jsonl   {"text"} per line; 2 % are for validation. The end-of-text token is not written:
 *                                   whoever trains puts it after each text
 *   prompts.jsonl                   {"id","prompt"}: beginnings of further stories, to sample responses for
 *   held-out-prompts.jsonl          the same, for the evaluation; in none of the files above
 *   tokenizer/                      tokenizer.json, tokenizer_config.json: byte-level BPE, 2,048 entries
 *
 * With --familiar all stories have the small cast of `castFor`. 30,000 stories take some seconds and are about 4 million
 * tokens. The same seed gives the same files.
 */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { endOfText, trainBpe, writeTokenizer } from '@attune/align';
import { type Story, stories } from './grammar.ts';

const promptCount = 1000;
const heldOutCount = 500;
const vocabSize = 2048;
const tokenizerStories = 10_000; // what more stories would add to the counts does not change the merges that matter

export interface CorpusOptions {
  readonly stories: number;
  readonly seed: number;
  readonly out: string;
  readonly familiar?: boolean;
}

/** Writes all files of the corpus into the folder `out`. */
export async function writeCorpus({ stories: count, seed, out, familiar }: CorpusOptions): Promise<void> {
  await mkdir(out, { recursive: true });
  const source = stories(seed, { familiar });
  // Prompts come first: then they are the same however many stories follow, and the stories can keep clear of them.
  const prompts = distinctPrompts(source, promptCount, new Set());
  const heldOut = distinctPrompts(source, heldOutCount, new Set(prompts));
  const told = takeOthers(source, count, new Set(heldOut));

  await writeLines(join(out, 'prompts.jsonl'), withIds(prompts, 'train'));
  await writeLines(join(out, 'held-out-prompts.jsonl'), withIds(heldOut, 'held-out'));
  const sample: string[] = [];
  const validationCount = Math.ceil(count * 0.02);
  await writeLines(join(out, 'validation.jsonl'), take(told, validationCount, sample));
  await writeLines(join(out, 'train.jsonl'), take(told, count - validationCount, sample));
  const bpe = trainBpe(sample, { vocabSize, specialTokens: [endOfText] });
  await writeTokenizer(join(out, 'tokenizer'), bpe, { maxLength: 512 });
}

/** Prompts of the next stories, without those in `taken`. */
function distinctPrompts(source: Iterator<Story, never>, count: number, taken: ReadonlySet<string>): string[] {
  const prompts = new Set<string>();
  while (prompts.size < count) {
    const { prompt } = source.next().value;
    if (!taken.has(prompt)) prompts.add(prompt);
  }
  return [...prompts];
}

/** The next stories whose prompts are not held out. */
function* takeOthers(source: Iterator<Story, never>, count: number, heldOut: ReadonlySet<string>): Generator<string> {
  for (let left = count; left > 0; ) {
    const { prompt, text } = source.next().value;
    if (heldOut.has(prompt)) continue;
    left--;
    yield text;
  }
}

/** The next `count` texts as rows; the first of them all are also kept in `sample`. */
function* take(texts: Iterator<string>, count: number, sample: string[]): Generator<{ text: string }> {
  for (let i = 0; i < count; i++) {
    const text: string = texts.next().value;
    if (sample.length < tokenizerStories) sample.push(text);
    yield { text };
  }
}

const withIds = (prompts: readonly string[], name: string) =>
  prompts.map((prompt, i) => ({ id: `${name}-${String(i + 1).padStart(4, '0')}`, prompt }));

function writeLines(path: string, rows: Iterable<object>): Promise<void> {
  return pipeline(Readable.from(lines(rows)), createWriteStream(path));
}

/** JSON lines, many to a chunk: a stream per line would take longer than the stories. */
function* lines(rows: Iterable<object>): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length > 2 ** 16) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}

if (import.meta.main) {
  const usage = 'Usage: node recipes/stories/corpus.ts --stories 30000 --seed 1 --out DIR [--familiar]';
  const options = {
    stories: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
    familiar: { type: 'boolean', default: false },
  } as const;
  const { values } = parseArgs({ options });
  const [count, seed] = [Number(values.stories), Number(values.seed)];
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed) || !values.out) {
    console.error(`--stories and --seed must be whole numbers, and --out names a folder. ${usage}`);
    process.exit(2);
  }
  await writeCorpus({ stories: count, seed, out: values.out, familiar: values.familiar });
}
