/** An annotator whose opinion stands in the texts: "worth 2" is rated 2 everywhere, "an error" has a severe one. */

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Answers a question of the pipeline, from its last line, which is an example of the form, and from the texts.
 *
 * A prompt that says `Do it: X` has the constraint X, `I feel` shows feelings, `whatever` leaves the intent unclear.
 */
export function scriptedAnswer(content: string): string {
  const example = content.split('\n').at(-1)!;
  if (!example.startsWith('{')) return `My own answer to: ${content}`;
  const form = JSON.parse(example) as Record<string, Json>;
  if ('scenario' in form) return JSON.stringify({ scenario: 'chitchat' });
  if ('clear intent' in form) return JSON.stringify(queryInfo(partOf(content, 'prompt')));
  const responses = ['response 1', 'response 2'].map((name) => partOf(content, name));
  const filled = 'response 1' in form ? errorsOf(responses) : ratingsOf(form, responses);
  return JSON.stringify(filled);
}

/** A text between its marked lines. */
export function partOf(content: string, name: string): string {
  const found = new RegExp(`^(=====[0-9a-f]{10}) ${name}=====\n(.*?)\n\\1 end of ${name}=====$`, 'ms').exec(content);
  if (!found) throw new Error(`no ${name} in the question`);
  return found[2]!;
}

function queryInfo(prompt: string): Json {
  const constraints = [...prompt.matchAll(/Do it: ([^.]+)\./g)].map((match) => match[1]!);
  return {
    'clear intent': prompt.includes('whatever') ? 'No' : 'Yes',
    'explicitly express feelings': prompt.includes('I feel') ? 'Yes' : 'No',
    'explicit constraints': constraints,
    'explicit subjective stances': [],
    'explicit mistakes or biases': [],
  };
}

const errorsOf = (responses: readonly string[]): Json =>
  Object.fromEntries(
    responses.map((text, i) => {
      const found = { description: 'Here.', kind: 'factual', severity: 'severe' };
      return [`response ${i + 1}`, { checkable: 'Yes', errors: text.includes('an error') ? [found] : [] }];
    }),
  );

/** In each pair of the form, a response's worth: the number, or of words the best from 2 on and else the worst. */
function ratingsOf(form: Json, responses: readonly string[]): Json {
  const pair = form as Record<string, Json>;
  if (!('response 1' in pair)) {
    return Object.fromEntries(Object.entries(pair).map(([key, inner]) => [key, ratingsOf(inner, responses)]));
  }
  const rating = (text: string): Json => {
    const worth = Number(/worth (\d)/.exec(text)?.[1] ?? 0);
    return typeof pair['response 1'] === 'number' ? worth : pair[worth >= 2 ? 'response 1' : 'response 2']!;
  };
  return { 'response 1': rating(responses[0]!), 'response 2': rating(responses[1]!) };
}
