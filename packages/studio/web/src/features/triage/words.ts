export const en = {
  question: 'Is this prompt worth an answer?',
  classes: {
    kept: 'Clear, can be answered',
    'unclear intent': 'Intention unclear',
    'unclear semantics': 'Meaning unclear',
    unanswerable: 'Cannot be answered',
  },
  hints: {
    kept: 'One knows what is asked, and an answer exists.',
    'unclear intent': 'A statement or a story, but no task.',
    'unclear semantics': 'Words without a sense that holds together.',
    unanswerable: 'Clear, but nobody and no model can know it.',
  },
  said: 'Recorded: {{said}}.',
  finished: 'Nothing is left for you to sort.',
  finishedNew: 'There are no prompts to sort. Prompts without responses, imported on the Data page, turn up here.',
  undo: 'Undo',
  raw: 'Text as it is',
  rendered: 'Rendered',
};

export const zh: typeof en = {
  question: '这个提示值得回答吗？',
  classes: {
    kept: '清晰且可回答',
    'unclear intent': '意图不明',
    'unclear semantics': '语义不明',
    unanswerable: '无法回答',
  },
  hints: {
    kept: '知道在问什么，并且存在答案。',
    'unclear intent': '只是陈述或故事，没有任务。',
    'unclear semantics': '词语之间没有连贯的意思。',
    unanswerable: '问题清晰，但没有人或模型能知道答案。',
  },
  said: '已记录：{{said}}。',
  finished: '没有需要您筛选的提示了。',
  finishedNew: '暂无需要筛选的提示。在“数据”页导入不含回答的提示后，会显示在这里。',
  undo: '撤销',
  raw: '原文',
  rendered: '渲染',
};
