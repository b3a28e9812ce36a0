/** What a finished run's page offers. */
export const en = {
  goOn: {
    title: 'Go on from here',
    train: 'Train from this model: {{stage}}',
    reinforce: 'Reinforce what this reward model scores high (PPO)',
    judge: 'Have it judge the project’s comparisons (Quality, Judges)',
    sample: 'Sample responses for the project from it (Data, Responses on demand: runs/{{name}})',
  },
  beside: {
    title: 'Beside its start',
    text: 'runs/{{name}} and {{start}} respond to the same prompts, spread over the project.',
    prompts: 'Prompts',
    maxTokens: 'Longest response, tokens',
    noReward: 'none',
    begin: 'Compare with its start',
    wins: 'By the reward model it wins {{rate}} % [{{low}}, {{high}}] of {{pairs}} prompts.',
    votes_one:
      'People judged {{comparisons}} comparison (votes: {{votes}}): it wins {{rate}} % [{{low}}, {{high}}], ties half.',
    votes_other:
      'People judged {{comparisons}} comparisons (votes: {{votes}}): it wins {{rate}} % [{{low}}, {{high}}], ties half.',
    lengths: 'Responses have {{result}} tokens on average, those of its start {{start}}.',
    same: 'In {{same}} of {{pairs}} both say the same.',
    tokens_one: '{{count}} token',
    tokens_other: '{{count}} tokens',
    score: 'score {{score}}',
    ask: 'Have people judge them blind',
    asked_one: '{{number}} comparison is in the queue.',
    asked_other: '{{number}} comparisons are in the queue.',
  },
};

export const zh: typeof en = {
  goOn: {
    title: '由此继续',
    train: '从此模型继续训练：{{stage}}',
    reinforce: '强化此奖励模型打高分的回答（PPO）',
    judge: '让它评判本项目的比较（质量 → 评判者）',
    sample: '用它为本项目采样回答（数据 → 按需回答：runs/{{name}}）',
  },
  beside: {
    title: '与起点相比',
    text: 'runs/{{name}} 与 {{start}} 回答取自整个项目的相同提示。',
    prompts: '提示数',
    maxTokens: '最长回答（词元）',
    noReward: '无',
    begin: '与起点比较',
    wins: '按奖励模型，它在 {{pairs}} 个提示中胜出 {{rate}} % [{{low}}, {{high}}]。',
    votes_one: '人们评判了 {{comparisons}} 个比较（{{votes}} 票）：它胜出 {{rate}} % [{{low}}, {{high}}]，平局计一半。',
    votes_other:
      '人们评判了 {{comparisons}} 个比较（{{votes}} 票）：它胜出 {{rate}} % [{{low}}, {{high}}]，平局计一半。',
    lengths: '它的回答平均 {{result}} 个词元，起点的为 {{start}} 个。',
    same: '其中 {{same}} / {{pairs}} 两者说法相同。',
    tokens_one: '{{count}} 个词元',
    tokens_other: '{{count}} 个词元',
    score: '得分 {{score}}',
    ask: '让人们盲评',
    asked_one: '{{number}} 个比较已进入队列。',
    asked_other: '{{number}} 个比较已进入队列。',
  },
};
