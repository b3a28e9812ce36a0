export const en = {
  title: 'Properties rated by a chat model',
  text_one: 'A chat model can rate the {{count}} judged comparison by the study’s 29 properties, and say its scenario.',
  text_other:
    'A chat model can rate the {{count}} judged comparisons by the study’s 29 properties, and say the scenario of each.',
  open: 'Have properties rated…',
  most: 'Comparisons at most',
  estimate: 'Estimate the cost',
  start: 'Rate',
  estimated_one: '{{comparisons}} comparison: about {{calls}} calls, {{input}} tokens read, {{output}} written.',
  estimated_other: '{{comparisons}} comparisons: about {{calls}} calls, {{input}} tokens read, {{output}} written.',
  cached: '{{cached}} answers are there from earlier and cost nothing.',
  cost: 'About {{cost}} in the currency of the prices.',
  noPrice: 'Give both prices to see what it costs.',
  tooMuch: 'Rather too much than too little: what a prompt needs is not known yet.',
  nothing: 'Nothing is left: the model has rated as many.',
};

export const zh: typeof en = {
  title: '由对话模型评定的特性',
  text_one: '对话模型可按研究中的 29 项特性为 {{count}} 条已评比较打分，并判断其场景。',
  text_other: '对话模型可按研究中的 29 项特性为 {{count}} 条已评比较打分，并判断各自的场景。',
  open: '评定特性…',
  most: '最多比较数',
  estimate: '估算费用',
  start: '评定',
  estimated_one: '{{comparisons}} 条比较：约 {{calls}} 次调用，输入 {{input}} 个词元，输出 {{output}} 个。',
  estimated_other: '{{comparisons}} 条比较：约 {{calls}} 次调用，输入 {{input}} 个词元，输出 {{output}} 个。',
  cached: '其中 {{cached}} 个回答先前已有，不再计费。',
  cost: '约 {{cost}}（按所填价格的货币）。',
  noPrice: '填写两项价格即可看到费用。',
  tooMuch: '宁多勿少：每个提示需要什么尚不清楚。',
  nothing: '没有剩余：该模型已评定这么多比较。',
};
