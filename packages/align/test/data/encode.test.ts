import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Message } from '@attune/preferences';
import fc from 'fast-check';
import { EncodingError } from '../../src/data/boundary.ts';
import { encodeConversation, encodePair, encodePrompt, encodeResponse, encodeText } from '../../src/data/encode.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { noShared, shared } from '../shared.ts';
import { beginning, chatMl, exampleTokenizer } from '../tokenizers/examples.ts';

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const refused = (message: RegExp) => ({ code: 'encoding', badInput: true, message });

test('plain text: the prompt and each response, joined, are the tokens of both together and the end token', () => {
  const tokenizer = exampleTokenizer();
  const pair = { id: 'p1', prompt: 'The quick', chosen: ' brown fox', rejected: ' dog', margin: 2, weight: 0.5 };
  const { prompt, chosen, rejected, ...rest } = encodePair(tokenizer, pair);
  assert.deepEqual(prompt, tokenizer.encode('The quick'));
  assert.deepEqual([...prompt, ...chosen], tokenizer.encode('The quick brown fox<|im_end|>'));
  assert.deepEqual([...prompt, ...rejected], tokenizer.encode('The quick dog<|im_end|>'));
  assert.deepEqual(rest, { id: 'p1', margin: 2, weight: 0.5, boundaryMoved: false });
});

test('plain text that ends with an end token gets no second one', () => {
  const tokenizer = exampleTokenizer(); // <|endoftext|> is one of its end tokens, though not the first
  const { response } = encodeResponse(tokenizer, 'The', ' dog<|endoftext|>');
  assert.equal(tokenizer.decode(response), ' dog<|endoftext|>');
});

test('a tokenizer without an end token ends nothing and misses nothing', () => {
  const tokenizer = exampleTokenizer({ tokenizerConfig: { eos_token: null }, generationConfig: { eos_token_id: [] } });
  assert.equal(tokenizer.decode(encodeResponse(tokenizer, 'The', ' dog').response), ' dog');
});

test('a begin token stands once, before the prompt', () => {
  const tokenizer = new Tokenizer(beginning);
  const { prompt, chosen } = encodePair(tokenizer, { prompt: 'The', chosen: ' dog', rejected: ' fox' });
  assert.equal(tokenizer.decode([...prompt, ...chosen]), '<|endoftext|>The dog<|im_end|>');
});

test('a conversation: the prompt is the template with the next turn open, the response the rest of it', () => {
  const tokenizer = exampleTokenizer();
  const { prompt, chosen, rejected } = encodePair(tokenizer, {
    prompt: [user('Hi')],
    chosen: [assistant('The fox')],
    rejected: [assistant('A dog'), user('No'), assistant('The fox')],
  });
  assert.equal(tokenizer.decode(prompt), '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n');
  assert.equal(tokenizer.decode(chosen), 'The fox<|im_end|>\n');
  assert.equal(
    tokenizer.decode(rejected),
    'A dog<|im_end|>\n<|im_start|>user\nNo<|im_end|>\n<|im_start|>assistant\nThe fox<|im_end|>\n',
  );
  assert.deepEqual(encodePrompt(tokenizer, [user('Hi')]), prompt);
});

test('a boundary that moves is refused, with the tokens on both sides and a way out', () => {
  const tokenizer = exampleTokenizer();
  assert.throws(
    () => encodeResponse(tokenizer, 'The f', 'ox'),
    refused(/they part at token 1\.\n +prompt alone: .*"f"\n +with the response: .*" fox"\n.*moved_boundary to split/s),
  );
});

test('split encodes a response whose boundary moves on its own, after the unchanged prompt', () => {
  const tokenizer = exampleTokenizer();
  const encoded = encodeResponse(tokenizer, 'The f', 'ox', { movedBoundary: 'split' });
  assert.deepEqual(encoded.prompt, tokenizer.encode('The f'));
  assert.equal(tokenizer.decode(encoded.response), 'ox<|im_end|>');
  assert.equal(encoded.boundaryMoved, true);
});

test('whatever the texts, prompt and response decode to what they are made from', () => {
  const tokenizer = new Tokenizer(beginning);
  const words = fc.stringMatching(/^[The quickfox ]{1,12}$/);
  fc.assert(
    fc.property(words, words, (prompt, response) => {
      const encoded = encodeResponse(tokenizer, prompt, response, { movedBoundary: 'split' });
      assert.equal(tokenizer.decode(encoded.prompt), `<|endoftext|>${prompt}`);
      assert.equal(tokenizer.decode(encoded.response), `${response}<|im_end|>`);
    }),
  );
});

test('split adds no space before a SentencePiece response', async (t) => {
  const folder = shared('models', 'tinystories-656k');
  if (!folder) return t.skip(noShared);
  const tokenizer = await Tokenizer.load(folder); // its tokens cross word boundaries: "was " is one
  const text = ['Tim saw a cat. The cat was', ' very happy'] as const;
  assert.throws(() => encodeResponse(tokenizer, ...text), EncodingError);
  const { prompt, response } = encodeResponse(tokenizer, ...text, { movedBoundary: 'split' });
  assert.equal(tokenizer.decode([...prompt, ...response], { skipSpecialTokens: true }), text.join(''));
});

test('a template that rewrites the prompt once there is an answer is refused, also with split', () => {
  const chatTemplate = `{% if messages[-1]['role'] == 'assistant' %}again {% endif %}${chatMl}`;
  const tokenizer = exampleTokenizer({ chatTemplate });
  const encode = () => encodeResponse(tokenizer, [user('Hi')], [assistant('Yes')], { movedBoundary: 'split' });
  assert.throws(encode, refused(/part at token 0.*chat template writes the earlier turns differently/s));
});

test('two begin tokens are refused, in a prompt and at the start of a response', () => {
  const tokenizer = new Tokenizer(beginning);
  assert.throws(() => encodePrompt(tokenizer, '<|endoftext|>The'), refused(/Two begin tokens.*0 "<\|endoftext\|>" 0/));
  const strict = new Tokenizer({ ...beginning, generationConfig: {} }); // here the begin token ends nothing
  const encode = () => encodeResponse(strict, 'The', '<|endoftext|> dog');
  assert.throws(encode, refused(/begin token stands at the start of the response.*Take <\|endoftext\|> out/s));
});

test('a template that does not end the turn with an end token is refused', () => {
  const chatTemplate = chatMl.replaceAll('<|im_end|>', '.');
  const encode = () => encodeResponse(exampleTokenizer({ chatTemplate }), [user('Hi')], [assistant('Yes')]);
  assert.throws(encode, refused(/does not end with an end token: .*2 "<\|im_end\|>" 0.*eos_token_id/s));
});

test('what has no tokens, or mixes text and messages, or ends with an answer as its prompt, is refused', () => {
  const tokenizer = exampleTokenizer();
  assert.throws(() => encodePrompt(tokenizer, ''), refused(/prompt has no tokens/));
  assert.throws(
    () => encodeResponse(tokenizer, 'Hi', [assistant('Yes')]),
    refused(/prompt is text and the response is messages/),
  );
  assert.throws(
    () => encodePrompt(tokenizer, [user('Hi'), assistant('Yes')]),
    refused(/ends with a message of the assistant/),
  );
  const silent = exampleTokenizer({ tokenizerConfig: { eos_token: null }, generationConfig: { eos_token_id: [] } });
  assert.throws(() => encodeResponse(silent, 'Hi', ''), refused(/response has no tokens/));
});

test('a document has its begin and end tokens, once each', () => {
  const tokenizer = new Tokenizer(beginning);
  assert.equal(tokenizer.decode(encodeText(tokenizer, 'The fox')), '<|endoftext|>The fox<|im_end|>');
  assert.equal(tokenizer.decode(encodeText(tokenizer, 'The fox<|im_end|>')), '<|endoftext|>The fox<|im_end|>');
});

/** The text of the tokens to learn. */
const learned = (tokenizer: Tokenizer, { ids, mask }: { ids: number[]; mask: number[] }) =>
  tokenizer.decode(ids.filter((_, i) => mask[i] === 1));

test('of a conversation the turns of the assistant are learned, with their end tokens', () => {
  const tokenizer = exampleTokenizer();
  const messages = [user('Hi'), assistant('The fox'), user('And?'), assistant('A dog')];
  const encoded = encodeConversation(tokenizer, { messages });
  assert.deepEqual(encoded.ids, tokenizer.encode(tokenizer.applyChatTemplate(messages)));
  assert.equal(learned(tokenizer, encoded), 'The fox<|im_end|>\nA dog<|im_end|>\n');
});

test('of a prompt and completion the completion is learned, of a text all but its first token', () => {
  const tokenizer = new Tokenizer(beginning);
  assert.equal(
    learned(tokenizer, encodeConversation(tokenizer, { prompt: 'The', completion: ' dog' })),
    ' dog<|im_end|>',
  );
  assert.equal(learned(tokenizer, encodeConversation(tokenizer, { text: 'The dog' })), 'The dog<|im_end|>');
});

test('a conversation without an answer, or whose template rewrites earlier turns, is refused', () => {
  const tokenizer = exampleTokenizer();
  assert.throws(() => encodeConversation(tokenizer, { messages: [user('Hi')] }), refused(/no turn of the assistant/));
  const chatTemplate = `{{ messages | length }} ${chatMl}`;
  const messages = [user('Hi'), assistant('Yes'), user('And?'), assistant('No')];
  const encode = () => encodeConversation(exampleTokenizer({ chatTemplate }), { messages });
  assert.throws(encode, refused(/up to message 2 are not the first tokens.*prompt and completion/s));
});
