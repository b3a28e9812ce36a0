import type { Choice, Comparison } from '../../src/index.ts';

/** A comparison of what `sources` answered to a prompt; what is not given is not known. */
export const compared = (
  prompt: string,
  choice: Choice,
  {
    texts = [`good answer to ${prompt}`, `bad answer to ${prompt}`],
    sources,
    ...rest
  }: Partial<Comparison> & { texts?: [string, string]; sources?: [string, string] } = {},
): Comparison => ({
  id: prompt,
  prompt: [{ role: 'user', content: prompt }],
  responses: [
    { id: 'a', text: texts[0], ...(sources && { source: sources[0] }) },
    { id: 'b', text: texts[1], ...(sources && { source: sources[1] }) },
  ],
  choice,
  judge: 'me',
  ...rest,
});

/** The same comparison with its responses in the other order. */
export const turned = (comparison: Comparison): Comparison => {
  const other = { a: 'b', b: 'a', tie: 'tie', skip: 'skip' } as const;
  const { responses, choice, shownFirst } = comparison;
  return {
    ...comparison,
    responses: [responses[1], responses[0]],
    choice: other[choice],
    ...(shownFirst && { shownFirst: other[shownFirst] as 'a' | 'b' }),
  };
};
