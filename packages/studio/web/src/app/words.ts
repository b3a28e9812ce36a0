export const en = {
  loading: 'Loading…',
  retry: 'Try again',
  failed: 'That did not work',
  nothingHere: 'There is nothing at this address.',
  home: 'Projects',
  signOut: 'Sign out',
  language: 'Language',
  theme: 'Light or dark',
  skipToContent: 'Skip to the content',
  account: 'Account',
};

export const zh: typeof en = {
  loading: '正在加载…',
  retry: '重试',
  failed: '操作未成功',
  nothingHere: '此地址没有内容。',
  home: '项目',
  signOut: '退出登录',
  language: '语言',
  theme: '浅色或深色',
  skipToContent: '跳到正文',
  account: '账户',
};
