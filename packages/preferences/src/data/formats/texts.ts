/** How prompts, single labelled responses, and texts to learn by heart are written. */
import { z } from 'zod';
import { RowError } from '../parse.ts';
import { type JudgedPrompt, JudgedPrompt as JudgedPromptSchema } from '../promptQuality.ts';
import { type Content, type Message, type Prompt, type Text, toMessages, type Unpaired } from '../types.ts';
import {
  AnyContent,
  AnyMessages,
  type Format,
  format,
  has,
  Id,
  systemMessage,
  withInput,
  withoutUndefined,
} from './format.ts';

const prompts = format({
  name: 'prompts',
  needs: 'Each line needs prompt.',
  fits: (row) => has(row, 'prompt'),
  row: z.object({ id: Id.optional(), prompt: AnyContent }),
  records: ({ id, prompt }) => [withoutUndefined<Prompt>({ id, prompt })],
});

const instructions = format({
  name: 'instructions',
  needs: 'Each line needs instruction.',
  fits: (row) => has(row, 'instruction'),
  row: z.object({ index: Id.optional(), instruction: z.string(), input: z.string().optional() }),
  records: ({ index, instruction, input }) => [
    withoutUndefined<Prompt>({ id: index, prompt: withInput(instruction, input) }),
  ],
});

const questions = format({
  name: 'questions',
  needs: 'Each line needs question.',
  fits: (row) => has(row, 'question'),
  row: z.object({ question_id: Id.optional(), question: z.string() }),
  records: ({ question_id, question }) => [withoutUndefined<Prompt>({ id: question_id, prompt: question })],
});

/** Prompts alone, or with whatever else belongs to an instruction or a question. */
export const promptFormats: readonly Format<Prompt>[] = [prompts, instructions, questions];

/** Prompts with a verdict on their quality, ours or made by hand. */
export const judgedPrompts: Format<JudgedPrompt> = format({
  name: 'judged prompts',
  needs: 'Each line needs id, prompt, intent, semantics and answerable (true or false) and judge.',
  fits: (row) => has(row, 'intent') || has(row, 'semantics') || has(row, 'answerable'),
  row: JudgedPromptSchema.extend({ id: Id, prompt: AnyContent }),
  records: (row) => [row],
});

const labelled = format({
  name: 'unpaired responses',
  needs: 'Each line needs prompt, completion and label (true or false).',
  fits: (row) => has(row, 'completion', 'label'),
  row: z.object({ id: Id.optional(), prompt: AnyContent, completion: AnyContent, label: z.boolean() }),
  records: ({ id, prompt, completion, label }) => [
    withoutUndefined<Unpaired>({ id, ...sameForm(prompt, completion), label }),
  ],
});

const labelledMessages = format({
  name: 'unpaired conversations',
  needs: 'Each line needs messages, the last of them the response, and label (true or false).',
  fits: (row) => has(row, 'messages', 'label'),
  row: z.object({ id: Id.optional(), messages: AnyMessages, label: z.boolean() }),
  records: ({ id, messages, label }) => [withoutUndefined<Unpaired>({ id, ...lastResponse(messages), label })],
});

/** Single responses with a label. */
export const unpairedFormats: readonly Format<Unpaired>[] = [labelledMessages, labelled];

const alpaca = format({
  name: 'Alpaca',
  needs: 'Each line needs instruction and output.',
  fits: (row) => has(row, 'instruction') && (has(row, 'output') || has(row, 'response')),
  row: z.object({
    system: z.string().optional(),
    instruction: z.string(),
    input: z.string().optional(),
    output: z.string().optional(),
    response: z.string().optional(),
  }),
  records: ({ system, instruction, input, output, response }): Text[] => {
    const completion = output ?? response;
    if (completion === undefined) throw new RowError('"output" is missing', 'output');
    const prompt = withInput(instruction, input);
    if (!system) return [{ prompt, completion }];
    return [
      { messages: [...systemMessage(system), ...toMessages(prompt, 'user'), ...toMessages(completion, 'assistant')] },
    ];
  },
});

/** With a label it is an unpaired response, perhaps an unwanted one, and nothing to learn by heart. */
const completions = format({
  name: 'prompts and completions',
  needs: 'Each line needs prompt and completion.',
  fits: (row) => has(row, 'prompt') && (has(row, 'completion') || has(row, 'response')) && !has(row, 'label'),
  row: z.object({
    id: Id.optional(),
    prompt: AnyContent,
    completion: AnyContent.optional(),
    response: AnyContent.optional(),
  }),
  records: ({ id, prompt, completion, response }): Text[] => {
    const answer = completion ?? response;
    if (answer === undefined) throw new RowError('"completion" is missing', 'completion');
    return [withoutUndefined({ id, ...sameForm(prompt, answer) })];
  },
});

const conversations = format({
  name: 'conversations',
  needs: 'Each line needs messages (or conversations).',
  fits: (row) => (has(row, 'messages') || has(row, 'conversations')) && !has(row, 'chosen') && !has(row, 'label'),
  row: z.object({
    system: z.string().optional(),
    messages: AnyMessages.optional(),
    conversations: AnyMessages.optional(),
  }),
  records: ({ system, messages, conversations }): Text[] => {
    const turns = messages ?? conversations;
    if (turns === undefined) throw new RowError('"messages" is missing', 'messages');
    return [{ messages: [...systemMessage(system), ...turns] }];
  },
});

const plain = format({
  name: 'texts',
  needs: 'Each line needs text.',
  fits: (row) => has(row, 'text'),
  row: z.object({ text: z.string() }),
  records: (row): Text[] => [row],
});

/** What is learned by heart, in pretraining and SFT. */
export const textFormats: readonly Format<Text>[] = [alpaca, completions, conversations, plain];

/** Both as text, or both as messages when one of them is. */
function sameForm(prompt: Content, completion: Content): { prompt: Content; completion: Content } {
  if (typeof prompt === 'string' && typeof completion === 'string') return { prompt, completion };
  return { prompt: toMessages(prompt, 'user'), completion: toMessages(completion, 'assistant') };
}

function lastResponse(messages: Message[]): { prompt: Message[]; completion: Message[] } {
  if (messages.length < 2) throw new RowError('"messages" has no prompt before its response', 'messages');
  return { prompt: messages.slice(0, -1), completion: messages.slice(-1) };
}
