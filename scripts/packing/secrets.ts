export interface Secret {
  line: number;
  kind: string;
  /** Enough to find it, too little to use it. */
  shown: string;
}

/** Forms that real keys and tokens have. Each is long enough that prose and code do not look like it. */
const forms: readonly { kind: string; pattern: RegExp }[] = [
  { kind: 'private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=\\]{40,}/g },
  { kind: 'AWS access key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { kind: 'GitHub token', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{60,255})\b/g },
  { kind: 'GitLab token', pattern: /\bglpat-[A-Za-z0-9_-]{20,}\b/g },
  { kind: 'npm token', pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: 'Slack token', pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{20,}/g },
  { kind: 'Slack webhook', pattern: /\bhooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{20,}/g },
  { kind: 'Telegram bot token', pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}\b/g },
  { kind: 'Google API key', pattern: /\bAIza[A-Za-z0-9_-]{35}\b/g },
  { kind: 'Anthropic or OpenAI key', pattern: /\bsk-(?:ant-|proj-|svcacct-)?[A-Za-z0-9_-]{40,}\b/g },
  { kind: 'Stripe key', pattern: /\b[rs]k_live_[A-Za-z0-9]{20,}\b/g },
  { kind: 'JSON Web Token', pattern: /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}/g },
  {
    kind: 'password in an address',
    pattern: /\b[a-z][a-z0-9+]{2,10}:\/\/[^\s/:@'"`$<>{}]{1,64}:[^\s/:@'"`$<>{}]{8,64}@[\w.-]+/g,
  },
];

/** Everything in a text that has the form of a real secret. */
export function findSecrets(text: string): Secret[] {
  return forms.flatMap(({ kind, pattern }) =>
    [...text.matchAll(pattern)].map(({ 0: found, index }) => ({
      line: text.slice(0, index).split('\n').length,
      kind,
      shown: `${found.slice(0, 8)}… (${found.length} characters)`,
    })),
  );
}
