/** Every sentence that the shell itself says: menus, questions, notices. The page has its own in src-renderer/locales. */
const en = {
  'app.name': 'Clawdbot',
  'state.idle': 'Clawdbot',
  'state.busy': 'Clawdbot · working',
  'state.attention': 'Clawdbot · something needs a look',
  'state.paused': 'Clawdbot · paused',
  'state.offline': 'Clawdbot · not running',
  'menu.chat': 'Quick chat',
  'menu.open': 'Open Clawdbot',
  'menu.board': 'Todos',
  'menu.memory': 'Memory',
  'menu.autostart': 'Start when I log in',
  'menu.shortcut': 'Quick chat from anywhere: {keys}',
  'menu.shortcutRefused': '{keys} is taken by another program',
  'menu.quit': 'Quit Clawdbot',
  'close.title': 'Keep Clawdbot running?',
  'close.detail':
    'In the tray it goes on taking messages and finding todos. You can change this later by quitting from the tray menu. This is asked once.',
  'close.tray': 'Keep in the tray',
  'close.quit': 'Quit',
  'link.title': 'Open this in your browser?',
  'link.mail': 'Write to this address in your mail program?',
  'link.open': 'Open',
  'common.cancel': 'Cancel',
  'crash.title': 'The window stopped working',
  'crash.detail': 'Messages are still taken and nothing is lost; only what you see has to be loaded again.',
  'crash.reload': 'Load again',
  'crash.close': 'Close the window',
  'hang.title': 'The window does not respond',
  'hang.detail': 'You can wait, or load it again. Messages are still taken and nothing is lost.',
  'hang.wait': 'Wait',
  'fatal.title': 'Clawdbot had to stop',
  'fatal.detail': 'It failed several times in a row. Stored messages are kept. The log says more: {log}',
  'start.title': 'Clawdbot cannot start',
  'notice.done': 'Done',
  'notice.snooze': 'In an hour',
  'warn.plainSecrets':
    'This desktop has no key chain, so stored secrets are only lightly hidden: every program that runs as you can read them. Install GNOME Keyring or KWallet and enter them anew.',
} as const;

export type DesktopTextKey = keyof typeof en;

const zhCN: Record<DesktopTextKey, string> = {
  'app.name': 'Clawdbot',
  'state.idle': 'Clawdbot',
  'state.busy': 'Clawdbot · 处理中',
  'state.attention': 'Clawdbot · 有事项需要查看',
  'state.paused': 'Clawdbot · 已暂停',
  'state.offline': 'Clawdbot · 未运行',
  'menu.chat': '快速聊天',
  'menu.open': '打开 Clawdbot',
  'menu.board': '待办',
  'menu.memory': '记忆',
  'menu.autostart': '登录时启动',
  'menu.shortcut': '随处打开快速聊天：{keys}',
  'menu.shortcutRefused': '{keys} 已被其他程序占用',
  'menu.quit': '退出 Clawdbot',
  'close.title': '让 Clawdbot 继续运行吗？',
  'close.detail': '留在托盘中时，它会继续接收消息并发现待办。以后可从托盘菜单退出。此问题只问一次。',
  'close.tray': '留在托盘',
  'close.quit': '退出',
  'link.title': '要在浏览器中打开吗？',
  'link.mail': '要用邮件程序给此地址写信吗？',
  'link.open': '打开',
  'common.cancel': '取消',
  'crash.title': '窗口已停止工作',
  'crash.detail': '消息仍在接收，没有任何丢失；只需重新载入您看到的界面。',
  'crash.reload': '重新载入',
  'crash.close': '关闭窗口',
  'hang.title': '窗口没有响应',
  'hang.detail': '您可以等待，也可以重新载入。消息仍在接收，没有任何丢失。',
  'hang.wait': '等待',
  'fatal.title': 'Clawdbot 不得不停止',
  'fatal.detail': '它连续多次出错。已存储的消息都保留着。详情见日志：{log}',
  'start.title': 'Clawdbot 无法启动',
  'notice.done': '完成',
  'notice.snooze': '一小时后',
  'warn.plainSecrets':
    '此桌面没有钥匙串，存储的密钥只做了简单遮掩：以您身份运行的任何程序都能读取。请安装 GNOME Keyring 或 KWallet，然后重新输入密钥。',
};

export type DesktopLanguageName = 'zh-CN' | 'en';
export type DesktopText = (key: DesktopTextKey, values?: Readonly<Record<string, string>>) => string;

export const desktopTexts: Record<DesktopLanguageName, Readonly<Record<DesktopTextKey, string>>> = {
  en,
  'zh-CN': zhCN,
};

/** The first of the person's languages that we speak. */
export const systemLanguage = (wanted: readonly string[]): DesktopLanguageName =>
  wanted
    .map((tag) => tag.toLowerCase())
    .find((tag) => tag.startsWith('zh') || tag.startsWith('en'))
    ?.startsWith('zh')
    ? 'zh-CN'
    : 'en';

/** Says each sentence in the language that holds when it is said. */
export const createDesktopText =
  (language: () => DesktopLanguageName): DesktopText =>
  (key, values = {}) =>
    desktopTexts[language()][key].replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
