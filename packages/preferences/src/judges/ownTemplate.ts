/** Templates that people write themselves: YAML files that say what a judge is asked and where its verdict stands. */
import { basename, extname } from 'node:path';
import { z } from 'zod';
import type { Content } from '../data/types.ts';
import { readDefinition } from '../dissect/definition.ts';
import { InvalidValueError } from '../errors.ts';
import { nearest } from '../nearest.ts';
import type { ChatReply, ChatRequest } from './chat.ts';
import { dialogue } from './dialogue.ts';
import { objectIn } from './looseJson.ts';
import { lettersVerdict } from './presets/alpacaEval.ts';
import { materialWithin } from './presets/material.ts';
import { finalText, lastMatch } from './presets/replyText.ts';
import { Rubric, rubricTemplate } from './presets/rubric.ts';
import { fenceFor } from './quoting.ts';
import type { JudgeQuestion, JudgeTemplate, PairVerdict, SingleVerdict } from './templates.ts';

/** With one group, which is what the judge says. */
const Pattern = z.string().superRefine((pattern, { addIssue }) => {
  const groups = groupsOf(pattern);
  if (groups !== 1) addIssue({ code: 'custom', message: 'a regular expression with one group: the verdict' });
});

/** How many groups a pattern has; undefined where it is no pattern. */
function groupsOf(pattern: string): number | undefined {
  try {
    return new RegExp(`${pattern}|`).exec('')!.length - 1; // with an empty alternative it always matches
  } catch {
    return undefined;
  }
}

const regex = { read: z.literal('regex'), pattern: Pattern };
const json = { read: z.literal('json'), field: z.string().min(1) };
const words = { first: z.string().min(1), second: z.string().min(1), tie: z.string().min(1).optional() };
const scale = { lowest: z.number(), highest: z.number() };

const asked = {
  name: z.string().min(1).optional(),
  system: z.string().optional(),
  user: z.string(),
  /** Whether texts are shown between marked lines, as they should be; `false` repeats a published judge to the letter. */
  fence: z.boolean().default(true),
  max_tokens: z.int().min(1).optional(),
};

const Pair = z.strictObject({
  kind: z.literal('pair'),
  ...asked,
  verdict: z.discriminatedUnion('read', [
    z.strictObject({ ...regex, ...words }),
    z.strictObject({ ...json, ...words }),
    z.strictObject({ read: z.literal('letters'), first: z.string().min(1), second: z.string().min(1) }),
  ]),
});

const Single = z.strictObject({
  kind: z.literal('single'),
  ...asked,
  verdict: z.discriminatedUnion('read', [
    z.strictObject({ ...regex, ...scale }),
    z.strictObject({ ...json, ...scale }),
  ]),
});

const ByRubric = Rubric.extend({ kind: z.literal('rubric'), name: z.string().min(1).optional() });

const placeholders = {
  pair: ['prompt', 'first', 'second', 'reference'],
  single: ['prompt', 'response', 'reference'],
} as const;

/** What has to be shown: a judge that does not see a response cannot judge it. */
const shown = { pair: ['first', 'second'], single: ['response'] } as const;

const placeholder = /\{([A-Za-z_]\w*)\}/g;

const OwnTemplate = z.discriminatedUnion('kind', [Pair, Single, ByRubric]).superRefine((own, { addIssue }) => {
  if (own.kind === 'rubric') return;
  const known: readonly string[] = placeholders[own.kind];
  const all = known.map((name) => `{${name}}`).join(', ');
  const used = (['system', 'user'] as const).flatMap((field) => namesIn(own[field]).map((name) => ({ field, name })));
  const unknown = used.filter(({ name }) => !known.includes(name));
  for (const { field, name } of unknown) {
    const message = `no placeholders but ${all}, and not {${name}} (did you mean {${nearest(name, known)}}?)`;
    addIssue({ code: 'custom', path: [field], message });
  }
  const missing = shown[own.kind].filter((name) => !used.some((use) => use.name === name)).map((name) => `{${name}}`);
  if (unknown.length > 0 || missing.length === 0) return;
  const message = `a text with ${missing.join(' and ')}, which the judge has to see`;
  addIssue({ code: 'custom', path: ['user'], message });
});

const namesIn = (text = ''): string[] => [...text.matchAll(placeholder)].map(([, name]) => name!);

type Asked = z.infer<typeof Pair> | z.infer<typeof Single>;

/**
 * Reads a template from a YAML file. Its `kind` is `pair` or `single`, with texts (`user`, perhaps `system`) in which
 * {prompt}, {first}, {second}, {response} and {reference} stand for the question's, and `verdict`, which says how the
 * reply is read; or `rubric`, with a `criterion` and what deserves each of the `scores` 1 to 5. Without a `name` it has
 * the file's. What stands in the place of a placeholder is data: placeholders in it are not looked at.
 *
 * @throws DataError with line and field of every fault
 */
export function readJudgeTemplate(file: string): JudgeTemplate {
  const own = readDefinition(OwnTemplate, file);
  const name = own.name ?? basename(file, extname(file));
  if (own.kind === 'rubric') return rubricTemplate(name, own);
  const request = (question: JudgeQuestion) => requestOf(own, question);
  return own.kind === 'pair'
    ? { name, kind: own.kind, request, read: (reply) => pairVerdict(own.verdict, reply) }
    : { name, kind: own.kind, request, read: (reply) => singleVerdict(own.verdict, reply) };
}

function requestOf(own: Asked, question: JudgeQuestion): ChatRequest {
  const texts: Readonly<Record<string, Content | undefined>> = { ...question };
  const used = [...namesIn(own.system), ...namesIn(own.user)];
  const missing = used.find((name) => texts[name] === undefined);
  if (missing !== undefined) throw new InvalidValueError(`{${missing}}`, 'a text in every question', undefined);
  const fence = fenceFor(used.map((name) => dialogue(texts[name]!)));
  const show = (name: string) => (own.fence ? materialWithin(fence, name, texts[name]!) : dialogue(texts[name]!));
  const filled = (text: string) => text.replace(placeholder, (_, name: string) => show(name)); // once, so data stays data
  const system = own.system === undefined ? [] : [{ role: 'system' as const, content: filled(own.system) }];
  return {
    messages: [...system, { role: 'user', content: filled(own.user) }],
    ...(own.verdict.read === 'letters' ? { maxTokens: 1, topLogprobs: 5 } : {}),
    ...(own.max_tokens !== undefined && { maxTokens: own.max_tokens }),
  };
}

function pairVerdict(form: z.infer<typeof Pair>['verdict'], reply: ChatReply): PairVerdict | undefined {
  if (form.read === 'letters') return lettersVerdict(reply, [form.first, form.second]);
  const said = saidIn(form, reply);
  if (said === undefined) return undefined;
  const preferences = new Map([
    [form.first, 1],
    [form.second, 0],
    [form.tie, 0.5],
  ]);
  const preference = preferences.get(said);
  return preference === undefined ? undefined : { preference };
}

function singleVerdict(form: z.infer<typeof Single>['verdict'], reply: ChatReply): SingleVerdict | undefined {
  const said = saidIn(form, reply);
  const score = said ? Number(said) : Number.NaN;
  return score >= form.lowest && score <= form.highest ? { score } : undefined;
}

/** What the reply has where the verdict belongs. */
function saidIn(
  form: { readonly read: 'regex'; readonly pattern: string } | { readonly read: 'json'; readonly field: string },
  reply: ChatReply,
): string | undefined {
  if (form.read === 'regex') return lastMatch(reply, new RegExp(form.pattern, 'gm'))?.trim();
  const value = objectIn(finalText(reply))?.[form.field];
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : undefined;
}
