export { servicesOf } from './core-services.ts';
export { type AppRouter, createRouter } from './router.ts';
export type { CallContext, Caller, Services } from './services.ts';
