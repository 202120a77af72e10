import type { Mapping } from '../../../../src-shared/schema/mapping.ts';
import type { Message } from '../../../../src-shared/schema/message.ts';
import type { ChannelStatus } from '../../../../src-shared/schema/status.ts';
import type { Clock } from '../../foundation/clock.ts';
import type { Egress } from '../../foundation/egress/index.ts';
import type { Ids } from '../../foundation/ids.ts';
import type { Logger } from '../../foundation/logger.ts';
import type { ClockWatch } from '../../monitor/index.ts';
import { applyMapping, type CompiledMapping, compileMapping, MappingInvalid } from '../mapping/index.ts';
import { onlyFrom } from '../sender-list.ts';
import type { Channel, Inbox } from '../types.ts';
import { createApiChannel } from './api/index.ts';
import { createChatChannel } from './chat/index.ts';
import { shut } from './safe-mode.ts';
import { createSocketChannel } from './socket/index.ts';
import { createWebhookChannel, type MessageMapping } from './webhook/index.ts';

interface WebhookSettings {
  path: string;
  secret: string | null;
  previous_secret: string | null;
  /** The name of a mapping. */
  mapping: string | null;
  reply_url: string | null;
  allow_senders: string[] | null;
}

/** The part of the configuration that is about channels. */
export interface PlatformSettings {
  webhook: WebhookSettings & { enabled: boolean; endpoints: (WebhookSettings & { name: string })[] };
  socket: { enabled: boolean; port: number; allow_senders: string[] | null };
  api: { allow_senders: string[] | null };
}

export interface ChannelsDeps {
  platforms: PlatformSettings;
  mappings: Readonly<Record<string, Mapping>>;
  /** Shuts every channel but the built-in chat. */
  safeMode: boolean;
  inbox: Inbox;
  ids: Ids;
  clock: Clock;
  clockWatch: Pick<ClockWatch, 'refused' | 'agreed'>;
  logger: Logger;
  egress: Pick<Egress, 'send'>;
  /** Reads a stored message; null where there is none. */
  findMessage(id: string): Promise<Message | null>;
  /** Called when a peer has come that replies may be waiting for. */
  onReachable(): void;
}

/**
 * Builds every way in and out. A channel that is switched off stays in the list, so that the status page can say so.
 *
 * @throws MappingInvalid for a mapping that cannot work
 */
export function createChannels(deps: ChannelsDeps) {
  const { platforms, inbox, ids, clock, clockWatch, logger, findMessage, onReachable } = deps;
  const compiled = new Map(Object.entries(deps.mappings).map(([name, mapping]) => [name, compileNamed(name, mapping)]));

  const webhook = (name: string, settings: WebhookSettings): Channel => {
    if (!platforms.webhook.enabled) return switchedOff(name, 'webhook');
    return createWebhookChannel({
      name,
      path: settings.path,
      secret: settings.secret,
      previousSecret: settings.previous_secret,
      mapping: settings.mapping === null ? null : mappingNamed(settings.mapping),
      replyUrl: settings.reply_url,
      inbox: onlyFrom(inbox, settings.allow_senders),
      clock,
      clockWatch,
      egress: deps.egress,
      logger,
    });
  };

  function mappingNamed(name: string): MessageMapping {
    const mapping = find(name);
    return (payload) => applyMapping(mapping, payload);
  }

  function find(name: string): CompiledMapping {
    const mapping = compiled.get(name);
    if (!mapping)
      throw new MappingInvalid([{ field: name.slice(0, 64), message: 'config.yaml has no mapping of this name' }]);
    return mapping;
  }

  const chat = createChatChannel({ inbox, clock });
  const address = `/ws, :${platforms.socket.port}`;
  const socket = platforms.socket.enabled
    ? createSocketChannel({
        address,
        inbox: onlyFrom(inbox, platforms.socket.allow_senders),
        ids,
        clock,
        logger,
        findMessage,
        onReachable,
      })
    : switchedOff('socket', 'socket');
  const others: readonly Channel[] = [
    createApiChannel({ inbox: onlyFrom(inbox, platforms.api.allow_senders), ids, clock }),
    webhook('webhook', platforms.webhook),
    ...platforms.webhook.endpoints.map((endpoint) => webhook(endpoint.name, endpoint)),
    socket,
  ];
  const list: readonly Channel[] = [chat, ...(deps.safeMode ? others.map(shut) : others)];

  return {
    list,
    chat,

    /**
     * What a mapping, or the one of that name, makes of a vendor's JSON. Nothing is stored.
     *
     * @throws MappingInvalid
     */
    tryMapping: (mapping: Mapping | string, payload: unknown) =>
      applyMapping(typeof mapping === 'string' ? find(mapping) : compileMapping(mapping), payload),
  };
}

function compileNamed(name: string, mapping: Mapping): CompiledMapping {
  try {
    return compileMapping(mapping);
  } catch (error) {
    if (!(error instanceof MappingInvalid)) throw error;
    throw new MappingInvalid(
      error.problems.map(({ field, message }) => ({ field: `mappings.${name}.${field}`, message })),
    );
  }
}

const switchedOff = (name: string, kind: ChannelStatus['kind']): Channel => ({
  name,
  kind,
  httpRoutes: [],
  socketRoute: null,
  status: () => ({
    name,
    kind,
    state: 'off',
    address: null,
    why: 'It is switched off in config.yaml',
    received: 0,
    arriving: 0,
    accepted: 0,
    duplicate: 0,
    rejected: 0,
    strangers: 0,
    last_in_at: null,
  }),
  close: async () => {},
});
