/** Who makes models of a name: what `gpt-4` and `text-davinci-003` have in common. */
const makers: readonly (readonly [maker: string, names: RegExp])[] = [
  ['OpenAI', /gpt|davinci|(^|[^a-z])o[134]([^a-z0-9]|$)/],
  ['Anthropic', /claude/],
  ['Google', /gemini|gemma|palm|bard/],
  ['Alibaba', /qwen|qwq/],
  ['Mistral', /mi[sx]tral/],
  ['DeepSeek', /deepseek/],
  ['Zhipu', /glm/],
  ['Meta', /llama/],
];

/**
 * The maker that a model's name tells, else the name itself: a model of an unknown maker is only its own. Names of models
 * trained on another's weights tell both makers (`DeepSeek-R1-Distill-Llama`): the first of the list counts.
 */
export const familyOf = (name: string): string =>
  makers.find(([, names]) => names.test(name.toLowerCase()))?.[0] ?? name;

/** Whether a response of `source` is the judge's own work, or its family's. */
export type IsOwn = (judge: string, source: string) => boolean;

/** By {@link familyOf}. */
export const sameFamily: IsOwn = (judge, source) => familyOf(judge) === familyOf(source);
