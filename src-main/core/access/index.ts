export { type Access, createAccess, TooManyFailures } from './access.ts';
export { PairingCodeInvalid } from './pairing.ts';
export { type Session, type TokenDeps, TokenNotFound } from './tokens.ts';
