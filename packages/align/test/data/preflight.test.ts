import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeConversations, encodePairs, encodeUnpairedAll } from '../../src/data/encodeAll.ts';
import { formatPreflight } from '../../src/data/formatPreflight.ts';
import { predictMemory } from '../../src/data/memory.ts';
import { preflight } from '../../src/data/preflight.ts';
import { Tokenizer } from '../../src/tokenizers/Tokenizer.ts';
import { beginning, exampleTokenizer } from '../tokenizers/examples.ts';

const pairs = [
  { prompt: 'The', chosen: ' lazy dog', rejected: ' fox' },
  { prompt: 'The', chosen: ' lazy dog', rejected: ' fox' },
  { prompt: 'The quick', chosen: ' fox', rejected: ' fox' },
];

test('a sample shows each token with its id, its text and the part it belongs to', () => {
  const tokenizer = exampleTokenizer();
  const { samples } = preflight(tokenizer, encodePairs(tokenizer, pairs, { maxLength: 99 }), { samples: 1 });
  assert.deepEqual(
    samples.map(({ name }) => name),
    ['chosen', 'rejected'],
  );
  const tokens = ['The', ' fox', '<|im_end|>'].map((text, i) => {
    return { id: tokenizer.idOf(text.replace(' ', 'Ġ')), text, part: i === 0 ? 'prompt' : 'response' };
  });
  assert.deepEqual(samples[1]!.tokens, tokens);
});

test('lengths, repetitions and equal responses are those of the tokens', () => {
  const tokenizer = exampleTokenizer();
  const length = (text: string) => tokenizer.encode(`${text}<|im_end|>`).length;
  const report = preflight(tokenizer, encodePairs(tokenizer, pairs, { maxLength: 99 }));
  assert.equal(report.lengths.chosen!.max, length(' lazy dog'));
  assert.equal(report.lengths.rejected!.median, length(' fox'));
  assert.deepEqual(report.longer, { chosen: 2 / 3, rejected: 0 });
  assert.deepEqual([report.duplicates, report.identicalResponses], [1, 1]);
  assert.deepEqual(report.warnings, [
    'the chosen response is the longer one in 67 %: a model will learn length',
    'pairs with two equal responses: 1',
    'examples that repeat an earlier one: 1',
  ]);
});

test('begin and end tokens are counted: each sequence has one of both, until cutting takes the end', () => {
  const tokenizer = new Tokenizer({ ...beginning, generationConfig: {} });
  const whole = preflight(tokenizer, encodePairs(tokenizer, pairs, { maxLength: 99 }));
  assert.deepEqual(
    [whole.begin, whole.end],
    [
      { none: 0, one: 6, several: 0 },
      { none: 0, one: 6, several: 0 },
    ],
  );
  const cut = preflight(
    tokenizer,
    encodePairs(tokenizer, pairs.slice(0, 1), { maxLength: 4, truncation: 'keep_start' }),
  );
  assert.deepEqual(cut.end, { none: 1, one: 1, several: 0 });
  assert.ok(cut.warnings.includes('sequences whose end token is not there to be learned: 1'));
  assert.ok(cut.warnings.includes('cut: 1 of 1 examples'));
});

test('single responses and conversations are looked at too', () => {
  const tokenizer = exampleTokenizer();
  const unpaired = [
    { prompt: 'The', completion: ' fox', label: true },
    { prompt: 'The', completion: ' dog', label: false },
  ];
  const kto = preflight(tokenizer, encodeUnpairedAll(tokenizer, unpaired, { maxLength: 99 }));
  assert.deepEqual(Object.keys(kto.lengths), ['prompt', 'wanted', 'unwanted']);
  const messages = [
    { role: 'user' as const, content: 'Hi' },
    { role: 'assistant' as const, content: 'The fox' },
  ];
  const sft = preflight(tokenizer, encodeConversations(tokenizer, [{ messages }], { maxLength: 99 }));
  const learned = sft.samples[0]!.tokens.filter(({ part }) => part === 'response').map(({ text }) => text);
  assert.deepEqual(learned, ['The', ' fox', '<|im_end|>', '\n']);
  assert.equal(sft.longer, undefined);
});

test('nothing kept is said, not a division by zero', () => {
  const tokenizer = exampleTokenizer();
  const { warnings } = preflight(tokenizer, encodePairs(tokenizer, pairs, { maxLength: 1 }));
  assert.deepEqual(warnings, ['no example is left', 'too long and left out: 3 of 3 examples']);
});

test('the peak is predicted from sizes, by the formula above the function', () => {
  // Worked by hand: a float32 model of 1,000 parameters, all trained by AdamW, beside its reference.
  const memory = predictMemory({
    ...{ parameters: 1000, trainableParameters: 1000, referenceParameters: 1000, bytesPerParameter: 4 },
    ...{
      optimizerStates: 2,
      tokens: 10,
      longest: 5,
      layers: 2,
      hidden: 8,
      intermediate: 16,
      heads: 2,
      chunk: 4,
      vocab: 50,
    },
  });
  assert.deepEqual(memory, {
    ...{ weights: 8000, gradients: 4000, optimizer: 8000, activations: 4 * 2 * 10 * (80 + 64 + 20), head: 2400 },
    peak: 8000 + 4000 + 8000 + 13120 + 2400,
  });
});

test('no text of the data can steer the terminal', () => {
  const tokenizer = exampleTokenizer();
  const hostile = [{ prompt: 'The', chosen: '\x1b[2J\x9b1m\u202e', rejected: ' fox' }];
  const text = formatPreflight(preflight(tokenizer, encodePairs(tokenizer, hostile, { maxLength: 99 })));
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
});

test('the report reads as text: what is kept, how long, which tokens, what to look at', () => {
  const tokenizer = exampleTokenizer();
  const long = {
    prompt: 'The quick brown fox jumps over the lazy dog. '.repeat(3).trim(),
    chosen: ' No',
    rejected: ' Yes',
  };
  const encoded = encodePairs(tokenizer, [...pairs, long], { maxLength: 150, truncation: 'keep_end' });
  const text = formatPreflight(preflight(tokenizer, encoded, { samples: 4 }));
  assert.match(text, /^Data\n {2}4 of 4 examples kept, 0 too long and left out, 0 cut/);
  assert.match(text, /\n {2}chosen +mean \d+\.\d, median \d/);
  assert.match(
    text,
    /\n {2}1 chosen, \d+ tokens\n {4}prompt +\d+ "The"\n {4}response +\d+ " " \d+ "lazy" \d+ " dog" 2 "<\|im_end\|>"\n/,
  );
  assert.match(text, / … \d+ more … /);
  assert.match(text, /\nLook at\n {2}! pairs with two equal responses: 1/);
});
