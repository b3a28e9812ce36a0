export const en = {
  title: 'Projects',
  none: 'No project yet.',
  noneForMember: 'You are in no project yet. Whoever invited you can add you to one.',
  begin: 'New project',
  name: 'Name',
  create: 'Create',
  cancel: 'Cancel',
  progress_zero: 'No comparisons yet',
  progress_one: '{{done}} of {{count}} comparison done',
  progress_other: '{{done}} of {{count}} comparisons done',
};

export const zh: typeof en = {
  title: '项目',
  none: '还没有项目。',
  noneForMember: '您尚未加入任何项目。邀请您的人可以将您加入项目。',
  begin: '新建项目',
  name: '名称',
  create: '创建',
  cancel: '取消',
  progress_zero: '还没有比较',
  progress_one: '已完成 {{done}} / {{count}} 条比较',
  progress_other: '已完成 {{done}} / {{count}} 条比较',
};
