/** Judged comparisons whose ratings stand in their texts, for tests of annotation. */
import { scriptedAnswer } from '../../preferences/test/dissect/annotate/annotator.ts';
import { type Asked, completion } from '../../preferences/test/judges/chatServer.ts';

/** Response a is worth i % 4 and b (i + 2) % 4; the more is mostly preferred. Every third prompt has a constraint. */
export const judged = (n: number): object[] =>
  Array.from({ length: n }, (_, i) => {
    const isTypical = i % 8 !== 0;
    return {
      id: `c${i}`,
      prompt: [{ role: 'user', content: `Question ${i}.${i % 3 === 0 ? ' Do it: briefly.' : ''}` }],
      responses: [
        { id: 'a', text: `Answer ${i}, worth ${i % 4}.` },
        { id: 'b', text: `Another answer ${i}, worth ${(i + 2) % 4}${i % 5 === 0 ? ', with an error' : ''}.` },
      ],
      choice: i % 4 >= 2 === isTypical ? 'a' : 'b',
      judge: 'Kim',
    };
  });

/** Calls that the annotation of these takes: six of each, and one more where there is a constraint. */
export const callsFor = (n: number): number => 6 * n + Math.ceil(n / 3);

/** What the pipeline asked: the first message of the user. */
export const contentOf = ({ body }: Asked): string => body.messages.find(({ role }) => role === 'user')!.content;

/** Which of its steps asked. */
export const stepOf = ({ body }: Asked): string => body.response_format?.json_schema?.name ?? 'reference';

/** An answer that costs 100 tokens and 10. */
export const said = (text: string) =>
  completion(text, { usage: { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 } });

export const scripted = (asked: Asked) => said(scriptedAnswer(contentOf(asked)));

/** What an editor asks for. */
export const annotator = (url: string, more: object = {}) => ({
  ...{ from: 'endpoint', url, model: 'large', keyName: null, price: { input: 1, output: 2 }, most: 1000, ...more },
});
