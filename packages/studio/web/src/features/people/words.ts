export const en = {
  title: 'People',
  name: 'Name',
  email: 'E-mail address',
  role: 'Role',
  roles: { viewer: 'Viewer', annotator: 'Annotator', editor: 'Editor' },
  may: {
    viewer: 'sees how far the project is',
    annotator: 'judges comparisons and sorts prompts',
    editor: 'imports, exports, invites and changes settings',
  },
  owner: 'Owner',
  none: 'Nobody has joined yet. Make an invitation link, and send it to one person.',
  invite: 'Invite somebody',
  inviteText: 'A link works for one person, and for seven days. Send it by a way that only this person reads.',
  make: 'Make a link',
  link: 'Invitation link for: {{role}}',
  until: 'Works until {{date}}. It is not shown again.',
};

export const zh: typeof en = {
  title: '成员',
  name: '名字',
  email: '电子邮箱',
  role: '角色',
  roles: { viewer: '查看者', annotator: '标注员', editor: '编辑' },
  may: {
    viewer: '查看项目进度',
    annotator: '评判比较、筛选提示',
    editor: '导入、导出、邀请成员、修改设置',
  },
  owner: '所有者',
  none: '还没有成员加入。请创建邀请链接并发送给一个人。',
  invite: '邀请成员',
  inviteText: '每个链接只供一人使用，七天内有效。请通过只有对方能看到的方式发送。',
  make: '创建链接',
  link: '邀请链接（{{role}}）',
  until: '有效期至 {{date}}，之后不再显示。',
};
