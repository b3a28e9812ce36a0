import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { type Answer, startChat } from '../../../../preferences/test/judges/chatServer.ts';
import { dataFolder } from '../dataFolder.ts';

const { write, text, attune } = dataFolder();
const labels = (...args: readonly string[]) => attune('dissect', 'labels', ...args);

write('samples.jsonl', [
  { id: 0, prompt: 'Which?', response_a: 'short', response_b: 'a longer text' },
  { id: 1, prompt: 'Which?', response_a: 'a very long text', response_b: 'brief' },
  { id: 2, prompt: 'Which?', response_a: 'odd', response_b: 'odd indeed' },
]);

const answer = (top: Record<string, number> | undefined): Answer => ({
  status: 200,
  body: JSON.stringify({
    choices: [
      {
        message: { role: 'assistant', content: 'A' },
        finish_reason: 'length',
        ...(top && {
          logprobs: {
            content: [{ top_logprobs: Object.entries(top).map(([token, logprob]) => ({ token, logprob })) }],
          },
        }),
      },
    ],
  }),
});

/** A judge of lengths with a liking for the first place; of the odd it says nothing. */
const judge = (question: string): Answer => {
  const response = (letter: string) => new RegExp(`Response ${letter}=====\n(.*?)\n=====`, 's').exec(question)![1]!;
  const [a, b] = [response('A'), response('B')];
  if (a.includes('odd')) return answer({ Neither: -0.1, Both: -3 });
  return answer(a.length > b.length ? { A: -0.1, ' A': -3, '(B': -4 } : { A: -1.5, B: -0.5, C: -6 });
};

test('labels of a model behind a server come from its first tokens, in both orders, and are paid for once', async () => {
  const server = await startChat(({ question }) => judge(question));
  after(() => server.stop());
  const args = [
    '--api',
    server.url,
    '--api-model',
    'large',
    '--data',
    'samples.jsonl',
    '--out',
    'large.json',
    '--json',
  ];
  const first = await labels(...args, '--logprobs-out', 'large');
  assert.equal(first.status, 0, first.stderr);
  assert.deepEqual(JSON.parse(text('large.json')), ['B', 'A', null]);
  assert.match(
    first.stderr,
    /Of 1 samples an answer is missing, the first: sample 2: the answer begins with neither letter/,
  );
  const [account] = JSON.parse(first.stdout).judges;
  assert.deepEqual([account.judge, account.a, account.b, account.missing], ['large', 1, 1, 1]);
  assert.equal(server.asked.length, 6);
  const { body } = server.asked[0]! as { body: { logprobs?: boolean; top_logprobs?: number; max_tokens?: number } };
  assert.deepEqual([body.logprobs, body.top_logprobs, body.max_tokens], [true, 5, 3]);
  const again = await labels(...args);
  assert.deepEqual([again.status, server.asked.length], [0, 6]);
  const read = await labels('--logprobs', 'large', '--json');
  assert.deepEqual(JSON.parse(read.stdout).judges[0].strength, account.strength);
});

test('a server that tells no log-probabilities cannot judge, and that is said', async () => {
  const server = await startChat(() => answer(undefined));
  after(() => server.stop());
  const found = await labels(
    '--api',
    server.url,
    '--api-model',
    'mute',
    '--data',
    'samples.jsonl',
    '--out',
    'mute.json',
  );
  assert.equal(found.status, 1);
  assert.match(found.stderr, /No answer tells the letters: sample \d: the server tells no log-probabilities/);
});
