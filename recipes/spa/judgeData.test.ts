import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { encodeConversation, encodeQuestion, letterTokens, Tokenizer } from '@attune/align';
import { type Pair, pairwiseQuestion, pairwiseText, type Text } from '@attune/preferences';
import { pairs, tinyModel, workshop, writeLines } from '../../packages/cli/test/train/fixture.ts';
import { judgeData } from './judgeData.ts';

const root = workshop();
const model = join(root, 'model');
before(() => tinyModel(model));

const storyteller = join(import.meta.dirname, '../../models/storyteller');
const stories = Array.from({ length: 40 }, (_, i): Pair => {
  const [chosen, rejected] = [` He sang ${i} songs.`, ` He wept ${i} times.`];
  return { prompt: `One day, Tom went out.`, chosen, rejected };
});

test('each pair is asked about as the judge is asked, and answered with the letter of the better response', async () => {
  const tokenizer = await Tokenizer.load(storyteller);
  const rows = judgeData(stories, { tokenizer, maxLength: 256, seed: 1 }) as { prompt: string; completion: string }[];
  const letters = rows.map(({ prompt, completion }, i) => {
    const { prompt: said, chosen, rejected } = stories[i]! as Record<'prompt' | 'chosen' | 'rejected', string>;
    const shown = completion === ' A' ? [chosen, rejected] : [rejected, chosen];
    assert.equal(prompt, pairwiseText(said, shown[0]!, shown[1]!));
    return completion;
  });
  const firsts = letters.filter((letter) => letter === ' A').length;
  assert.equal(letters.filter((letter) => letter === ' B').length, 40 - firsts);
  assert.ok(firsts > 8 && firsts < 32, `${firsts} of 40: an even coin is outside in fewer than 1 of 5,000 seeds`);
});

test("the order is the seed's alone", async () => {
  const tokenizer = await Tokenizer.load(storyteller);
  const rows = (seed: number) => judgeData(stories, { tokenizer, maxLength: 256, seed });
  assert.deepEqual(rows(1), rows(1));
  assert.notDeepEqual(rows(1), rows(2));
});

test('what is learned is the token that the judge reads, after the tokens that the judge is given', async () => {
  const long: Pair = { prompt: 'One day,', chosen: ' Tom ran and ran.'.repeat(30), rejected: ' Sue sat.'.repeat(60) };
  const [small, talking] = [await Tokenizer.load(storyteller), await Tokenizer.load(model)];
  for (const [tokenizer, maxLength] of [
    [small, 256],
    [talking, 2048],
  ] as const) {
    const { lead, a, b } = letterTokens(tokenizer);
    for (const row of judgeData([long, stories[0]!], { tokenizer, maxLength, seed: 3 })) {
      const { ids } = encodeConversation(tokenizer, row);
      assert.ok(ids.length <= maxLength);
      const asked = encodeQuestion(tokenizer, questionIn(row));
      assert.deepEqual(ids.slice(0, asked.length), asked);
      assert.deepEqual(ids.slice(asked.length, asked.length + lead.length), lead);
      assert.ok([...a, ...b].includes(ids[asked.length + lead.length]!));
    }
  }
});

/** The question of a row, with the answer as the judge is given it: without its letter. */
function questionIn(row: Text) {
  if (!('prompt' in row)) throw new Error('not a prompt with its completion');
  const { prompt } = row;
  return typeof prompt === 'string' ? prompt : [...prompt, pairwiseQuestion('', '', '').at(-1)!];
}

test('pairs that show two equal responses have no right letter, are left out and counted', () => {
  const same: Pair = { prompt: 'Tell.', chosen: ' cat', rejected: ' cat' };
  const file = writeLines(join(root, 'pairs.jsonl'), [...pairs(4), same]);
  const program = join(import.meta.dirname, 'judgeData.ts');
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, file, storyteller, '5'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.trim().split('\n').length, 4);
  assert.match(stderr, /^4 of 5 pairs; the others show two equal responses\./m);
});
