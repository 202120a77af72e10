export { createChannels } from './channels/index.ts';
export { countedBy } from './counted.ts';
export { createDelivery, type Delivery } from './delivery.ts';
export { createInbox, type InboxService } from './inbox.ts';
export { type Interception, interceptionIn, interceptionOf } from './interception.ts';
export { mappingProblems } from './mapping/index.ts';
export { createPause } from './pause.ts';
export { type Accepted, type Channel, type Inbox, type Incoming, type Outbound } from './types.ts';
export { createWorkLoop, type Outcome, type WorkLoop } from './work-loop.ts';
