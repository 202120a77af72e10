/** The config.yaml of a first start: the defaults, each explained in both languages. */
export const firstConfig = `# Clawdbot – settings. Every key may be left out; the values shown are the defaults.
# Clawdbot 配置文件。所有配置项都可以省略；下面写出的就是默认值。
#
# Secrets need not stand here. Write a reference instead:
# 密钥不必写在这里，可以用引用代替：
#   \${env:NAME}       an environment variable / 环境变量
#   \${file:PATH}      a file, relative to this folder / 文件（相对于本目录）
#   \${keychain:NAME}  the system's key chain / 系统钥匙串

app:
  port: 8000                # 0 picks a free port / 0 表示自动选择空闲端口
  host: 127.0.0.1           # another address needs tls below / 监听其他地址时必须配置下面的 tls
  debug: false
  locale: auto              # auto | zh-CN | en
  timezone: auto            # auto, or a name / auto 或时区名称: Asia/Shanghai
  durability: full          # full: safe at power loss / 断电不丢消息; normal: faster / 更快
  queue_limit: 100000       # waiting messages / 最多排队的消息数
  rate_limit_per_minute: 60000   # per sender / 每个发送者
  allowed_hosts: []         # further host names of this server / 本服务的其他主机名
  admin_allow: [127.0.0.0/8, "::1/128"]   # who may administer / 允许访问管理界面的地址段
  # tls: { cert_file: tls/cert.pem, key_file: tls/key.pem }

memory:
  storage_type: sqlite
  db_path: ./memory.db      # relative to this folder / 相对于本目录
  # url: \${env:CLAWDBOT_DATABASE}   # a server in place of the file, with storage_type postgresql or mysql / 改用数据库服务器时填写
  # passphrase: \${env:CLAWDBOT_PASSPHRASE}   # seals sensitive memories, in place of a key of this host / 用口令加密敏感记忆，代替本机保存的密钥
  # sensitive: { words: [], senders: [], conversations: [] }   # always sealed / 始终加密
  # retention: { forgotten_days: 30, rules: [{ days: 365, platform: webhook }] }   # erased by itself / 到期自动彻底删除

tasks:
  accept_from: 1            # surer todos skip the suggestions, 1: none does / 达到此置信度直接进入待办，1 表示都先建议

egress:
  allow_private: []         # hosts or networks inside that addresses below may lead to / 下面的地址可以指向的内网主机或网段

platforms:
  webhook:                  # POST with X-Signature (HMAC-SHA256) / 带 X-Signature 签名的 POST 请求
    enabled: true
    path: /api/messages
    secret: \${file:keys/webhook.secret}
    # previous_secret: \${env:OLD_SECRET}   # while senders change over / 更换密钥期间仍然有效
    # reply_url: https://example.com/replies   # where replies are posted / 回复发送到哪里
    # allow_senders: ["U0123"]   # exact ids; left out: whoever signs / 允许的发送者，不写则所有签名正确者
    # endpoints:            # further webhooks / 更多 Webhook
    #   - { name: alerts, path: /hooks/alerts, secret: "\${env:ALERTS_SECRET}", mapping: alerts }
  socket:                   # WebSocket
    enabled: true
    port: 8001

# How the JSON of another service becomes a message; {{a.b}} is a place in it.
# 如何把其他服务的 JSON 变成消息；{{a.b}} 表示其中的位置。
# mappings:
#   alerts:
#     sender_id: "{{source | host}}"
#     content: "{{title}}: {{text}}"
#     external_id: "{{id}}"
`;
