/** What people ask, and two answers each: short and long ones, lists, code, mathematics, several turns, Chinese. */

interface Item {
  readonly id: string;
  readonly prompt: string | readonly { role: 'system' | 'user' | 'assistant'; content: string }[];
  readonly a: string;
  readonly b: string;
  readonly aSource: string;
  readonly bSource: string;
}

const sources = { aSource: 'base-7b', bSource: 'tuned-7b' };

const rich: readonly Omit<Item, 'id' | 'aSource' | 'bSource'>[] = [
  {
    prompt: 'How do I reverse a list in Python without changing the original?',
    a: 'Take a slice with a step of −1:\n\n```python\nletters = ["a", "b", "c"]\nbackwards = letters[::-1]   # ["c", "b", "a"]\nprint(letters)              # ["a", "b", "c"], as before\n```\n\n`reversed(letters)` gives an iterator instead, which is better for long lists.',
    b: 'Call `letters.reverse()`. It reverses the list in place!',
  },
  {
    prompt: 'Why does compound interest grow so fast?',
    a: 'Because interest earns interest. After $n$ years at a rate $r$ you have\n\n$$A = P\\,(1 + r)^n,$$\n\nwhich grows exponentially in $n$. At 7 % money doubles in about $\\ln 2 / \\ln 1.07 \\approx 10.2$ years.',
    b: 'It just does! Every year the bank adds more and more, and in the end it is a lot. You should ask your bank about it.',
  },
  {
    prompt: [
      { role: 'user', content: 'Plan a quiet weekend in Lisbon for two.' },
      { role: 'assistant', content: 'Gladly. Do you prefer museums, or being outside?' },
      { role: 'user', content: 'Outside, and not too many hills please.' },
    ],
    a: '**Saturday**\n\n1. Breakfast in Belém, then along the river to the tower.\n2. The gardens of Gulbenkian in the afternoon.\n3. Dinner in Alvalade, by metro.\n\n**Sunday**\n\n1. Train to Cascais (40 minutes, flat).\n2. The promenade to Estoril, and back.',
    b: 'Start in Alfama: its steep lanes are lovely, and the climb to the castle is worth it. Then the miradouros of Graça, one after the other!',
  },
  {
    prompt: '请解释量子纠缠，不要使用比喻。',
    a: '两个粒子处于纠缠态，是指它们的联合状态不能写成各自状态的乘积。对其中一个进行测量，会立即确定另一个的测量结果的分布，但不能用来传递信息。',
    b: '量子纠缠就像一双手套：你看到左手的，就知道另一只是右手的。很神奇吧！',
  },
  {
    prompt:
      'Which of these laptops would you buy for photography?\n\n| Model | Screen | Memory | Weight |\n| --- | --- | --- | --- |\n| A | 100 % sRGB | 16 GB | 1.3 kg |\n| B | 65 % sRGB | 32 GB | 1.9 kg |',
    a: 'Model A. For photographs the screen matters most, and B shows two thirds of the colours only. 16 GB are enough unless you stack many layers.',
    b: 'Model B, because it has more memory, and more is better.',
  },
  {
    prompt: 'Write a note to my neighbour who practises the trumpet at night.',
    a: 'Dear neighbour,\n\nyour playing has come on a long way since spring, and we enjoy it. After ten in the evening, though, it carries right into the children’s room. Could you practise before ten, or with a mute?\n\nThank you, and all the best,\nthe third floor',
    b: 'Stop playing your trumpet at night! Everybody hates it!',
  },
];

const tasks = [
  ...['boil an egg', 'fold a fitted sheet', 'write a cover letter', 'repot a cactus', 'learn to touch-type'],
  ...['back up my phone', 'ripen an avocado', 'remember names', 'unblock a sink', 'choose a bicycle'],
  ...['read a map', 'say no politely', 'clean a keyboard', 'store potatoes', 'sleep on a plane'],
];

/** Lists against prose, calm against excited, in either place. */
function plain(i: number): Omit<Item, 'id' | 'aSource' | 'bSource'> {
  const task = tasks[i % tasks.length]!;
  const list = `To ${task}:\n\n- get everything ready first,\n- take your time,\n- and look at the result before you stop.`;
  const prose = `It is easiest to ${task} slowly. Begin with what you have, and change one thing at a time until it works.`;
  const loud = `You want to ${task}? What a great idea! Just do it! You will see how easy it is!`;
  const [a, b] = [
    [list, prose],
    [loud, list],
    [prose, loud],
  ][i % 3]!;
  const prompt = i % 2 === 0 ? `How do I ${task}?` : `Tell me, in a few sentences, how to ${task}.`;
  return { prompt, a: a!, b: b! };
}

export const believableItems: readonly Item[] = [
  ...rich,
  ...Array.from({ length: 2 * tasks.length }, (_, i) => plain(i)),
].map((item, i) => ({ id: `q-${String(i + 1).padStart(3, '0')}`, ...item, ...sources }));

/** Some whose right answer is known. */
export const believableGold = ['Is the earth flat?', 'Do fish breathe air?'].map((prompt, i) => ({
  ...{ id: `gold-${i}`, prompt, chosen: 'No.', rejected: 'Yes, of course it is so!' },
}));

export const believablePrompts = [
  'What does it cost?',
  'Which year?',
  'Summarise the theory of relativity for a ten-year-old, in five sentences.',
  'asdf gjkl?',
  '写一首关于秋天的短诗。',
  'What will the weather be on this day in 2031?',
].map((prompt) => ({ prompt }));

export const believableGuidelines = `Choose the answer that you would rather get **yourself**.

1. *Helpful* first: does it do what was asked?
2. Then *true*, as far as you can tell without looking it up.
3. Length does not matter in itself.

| If … | then |
| --- | --- |
| both are wrong | both bad |
| you cannot tell | skip, and say why |
`;
