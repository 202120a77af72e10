export { findSecrets, type SecretKind, type SecretSpan } from './find-secrets.ts';
export { mask, maskAll } from './mask.ts';
