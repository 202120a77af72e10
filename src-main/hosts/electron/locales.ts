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
  'menu.pauseHour': 'Pause for an hour',
  'menu.pause': 'Pause until I resume',
  'menu.resume': 'Resume',
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
  'port.title': 'Use port {free} this time?',
  'port.detail':
    'Port {port}, where other programs send messages to Clawdbot, is taken by {holder}. This window works without it. Port {free} is free; to keep it, write app.port: {free} in config.yaml.',
  'port.holder': '{program} (process {pid})',
  'port.somebody': 'another program',
  'port.use': 'Use {free}',
  'notice.done': 'Done',
  'notice.snooze': 'In an hour',
  'menu.update.offered': 'Fetch version {version}',
  'menu.update.downloading': 'Fetching version {version} · {percent} %',
  'menu.update.ready': 'Version {version} is ready: restart to install…',
  'menu.update.installing': 'Installing version {version}…',
  'update.offered': 'Version {version} is there',
  'update.offeredHow': 'Fetch it from the tray menu or the settings whenever it suits you.',
  'update.ready': 'Version {version} is ready',
  'update.readyHow': 'It is installed when you restart Clawdbot from the tray menu or the settings.',
  'update.restartHow': 'Clawdbot ends what it is doing, copies your data aside, and starts anew in a moment.',
  'update.restart': 'Restart to install',
  'update.later': 'Later',
  'update.failed': 'Version {version} was not installed',
  'update.failedHow': 'The version you had goes on working, and nothing is lost. You can try again from the tray menu.',
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
  'menu.pauseHour': '暂停一小时',
  'menu.pause': '暂停，直到我恢复',
  'menu.resume': '恢复',
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
  'port.title': '这次改用端口 {free} 吗？',
  'port.detail':
    '其他程序向 Clawdbot 发送消息的端口 {port} 已被占用，占用者：{holder}。此窗口不受影响。端口 {free} 空闲；若要一直使用，请在 config.yaml 中写 app.port: {free}。',
  'port.holder': '{program}（进程 {pid}）',
  'port.somebody': '其他程序',
  'port.use': '使用 {free}',
  'notice.done': '完成',
  'notice.snooze': '一小时后',
  'menu.update.offered': '下载版本 {version}',
  'menu.update.downloading': '正在下载版本 {version} · {percent}%',
  'menu.update.ready': '版本 {version} 已就绪：重启以安装…',
  'menu.update.installing': '正在安装版本 {version}…',
  'update.offered': '有新版本 {version}',
  'update.offeredHow': '方便时可从托盘菜单或设置中下载。',
  'update.ready': '版本 {version} 已就绪',
  'update.readyHow': '从托盘菜单或设置中重启 Clawdbot 后即安装。',
  'update.restartHow': 'Clawdbot 会完成手头的工作，备份您的数据，然后很快重新启动。',
  'update.restart': '重启以安装',
  'update.later': '以后',
  'update.failed': '版本 {version} 未能安装',
  'update.failedHow': '原来的版本继续工作，没有任何丢失。可从托盘菜单再试一次。',
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
