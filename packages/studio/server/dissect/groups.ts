import type { DissectGroup, PromptKind } from '../../shared/dissect.ts';
import type { Message } from '../../shared/queue.ts';

const isCode = (text: string): boolean =>
  /```|\b(?:function|def|class|import|SELECT|#include)\b.*[({;:]|\bcode\b|代码|\bpython\b|\bjavascript\b/i.test(text);

const isChinese = (text: string): boolean => (text.match(/\p{Script=Han}/gu)?.length ?? 0) > text.length / 4;

/** Which prompts are of which kind: group → positions, ascending. A kind that no prompt or every one is of is left out. */
export function groupPrompts(prompts: readonly (readonly Message[])[]): Map<DissectGroup, number[]> {
  const asked = prompts.map((messages) => messages.findLast(({ role }) => role === 'user')?.content ?? '');
  const middle = asked.map(({ length }) => length).sort((a, b) => a - b)[Math.floor(asked.length / 2)] ?? 0;
  const kinds: Record<'all' | PromptKind, (text: string, messages: readonly Message[]) => boolean> = {
    all: () => true,
    short: (text) => text.length < middle,
    long: (text) => text.length >= middle,
    turns: (_, messages) => messages.filter(({ role }) => role === 'user').length > 1,
    question: (text) => /[?？]\s*$/.test(text),
    code: isCode,
    chinese: isChinese,
  };
  const groups = Object.entries(kinds).map(([group, is]): [DissectGroup, number[]] => [
    group as DissectGroup,
    prompts.flatMap((messages, i) => (is(asked[i]!, messages) ? [i] : [])),
  ]);
  return new Map(groups.filter(([group, own]) => group === 'all' || (own.length > 0 && own.length < prompts.length)));
}
