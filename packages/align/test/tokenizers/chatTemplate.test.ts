import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { ChatTemplate } from '../../src/tokenizers/chatTemplate.ts';
import { noShared, readJson, shared } from '../shared.ts';
import { exampleTokenizer } from './examples.ts';

const today = new Date(2024, 6, 26, 9, 5, 7); // the day for which the expected renderings were made
const render = (source: string, variables = {}) => new ChatTemplate(source, 'test').render(variables, today);

test('line breaks after blocks and spaces before them go, as with trim_blocks and lstrip_blocks', () => {
  assert.equal(render('{% for x in [1, 2] %}\n  {{ x }}\n  {% endfor %}\nend'), '  1\n  2\nend');
});

test('the date is the one given, in English', () => {
  const format = '%d %b %Y|%B|%m|%H:%M:%S|%a %A|%%';
  assert.equal(render('{{ strftime_now(format) }}', { format }), '26 Jul 2024|July|07|09:05:07|Fri Friday|%');
  const chatTemplate = '{{ strftime_now("%Y-%m-%d") }}';
  assert.equal(exampleTokenizer({ chatTemplate }, { today }).applyChatTemplate([]), '2024-07-26');
});

test('tojson neither escapes HTML nor anything outside ASCII', () => {
  assert.equal(render('{{ x | tojson }}', { x: { a: '<é>' } }), '{"a": "<é>"}');
});

test('range counts as in Python', () => {
  assert.equal(
    render('{{ range(3) | list }}{{ range(1, 6, 2) | list }}{{ range(3, 0, -1) | list }}'),
    '[0, 1, 2][1, 3, 5][3, 2, 1]',
  );
});

test('the tokenizer gives templates its special tokens, under their names', () => {
  const tokenizer = exampleTokenizer({ chatTemplate: '{{ bos_token }}{{ eos_token }}{{ pad_token }}' });
  assert.equal(tokenizer.applyChatTemplate([]), '<|im_end|><|endoftext|>');
});

test('what raise_exception says reaches the reader', () => {
  assert.throws(() => render("{{ raise_exception('No system role') }}"), {
    code: 'chat_template',
    message: 'The chat template refuses this conversation: No system role',
  });
});

test('a template that cannot be parsed names the place it is from', () => {
  assert.throws(() => new ChatTemplate('{% for %}', 'model/chat_template.jinja'), {
    code: 'chat_template',
    message: /^model\/chat_template\.jinja is not a template/,
  });
});

/** What the jinja package cannot do, in tool templates all of it: visible skips, not passes. */
const gaps: Record<string, string> = {
  'NousResearch-Hermes-3-Llama-3.1-8B-tool_use':
    'Jinja2 loops over an undefined variable zero times, the package refuses',
  'NousResearch-Hermes-3-Llama-3.1-8B-tool_use/tools': 'Jinja2 trims an undefined value, the package refuses',
  'meetkai-functionary-medium-v3.1': 'Jinja2 selects from nothing, the package refuses selectattr on None',
  'meetkai-functionary-medium-v3.1/tools': 'Jinja2 escapes text joined to a `safe` one, the package has no `safe`',
  'meetkai-functionary-medium-v3.2/tools': 'Jinja2 unpacks a tuple in a loop, the package refuses',
};

interface Case {
  readonly output?: string;
  readonly error?: string;
}

interface SharedCase extends Case {
  readonly messages: unknown[];
  readonly add_generation_prompt: boolean;
  readonly tools?: unknown[];
}

interface SharedModel {
  readonly bos_token: string;
  readonly eos_token: string;
  readonly cases: Record<string, SharedCase>;
}

/** Expected renderings by Jinja2 3.1 (see the data's README). */
function check({ output, error }: Case, source: string, variables: Record<string, unknown>): void {
  if (output === undefined) assert.throws(() => render(source, variables), { code: 'chat_template' }, error);
  else assert.equal(render(source, variables), output);
}

const folder = shared('tokenizers', 'chat-templates');

if (!folder) test('real chat templates render as Jinja2 renders them', (t) => t.skip(noShared));
else {
  const models: Record<string, SharedModel> = readJson(`${folder}/rendered.json`);
  for (const [name, { cases, bos_token, eos_token }] of Object.entries(models)) {
    for (const [conversation, expected] of Object.entries(cases)) {
      const gap = gaps[`${name}/${conversation}`] ?? gaps[name];
      test(`${name} renders the conversation "${conversation}" as Jinja2 does`, { skip: gap }, () => {
        const { messages, add_generation_prompt, tools = null } = expected;
        const source = readFileSync(`${folder}/${name}.jinja`, 'utf8');
        check(expected, source, { messages, add_generation_prompt, tools, bos_token, eos_token });
      });
    }
  }
  const { messages, add_generation_prompt, cases } = readJson(`${folder}/conversation-cases.json`);
  for (const { name, template, bos_token, eos_token, rendered } of cases) {
    test(`the template of ${name} renders as Jinja2 does`, () => {
      check(rendered, template, { messages, add_generation_prompt, tools: null, bos_token, eos_token });
    });
  }
}
