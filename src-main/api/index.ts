export { accessServices } from './access-services.ts';
export { servicesOf } from './core-services.ts';
export { type DesktopServices, type WindowRouter, windowRouter } from './desktop.ts';
export { type AppRouter, createRouter } from './router.ts';
export type { CallContext, Caller, Services } from './services.ts';
