export const en = {
  text: 'Every change to the project and who made it, newest first. Nothing of it is ever changed or removed.',
  at: 'When',
  who: 'Who',
  action: 'What',
  details: 'Details',
  nobody: 'nobody signed in',
};

export const zh: typeof en = {
  text: '项目的每次更改及其操作者，最新在前。记录不会被修改或删除。',
  at: '时间',
  who: '操作者',
  action: '操作',
  details: '详情',
  nobody: '未登录',
};
