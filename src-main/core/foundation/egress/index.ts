export { createEgress, type Egress } from './egress.ts';
export { EgressFailed, EgressRefused } from './egress-failure.ts';
export { type Answer } from './send-once.ts';
