export { type ChannelsDeps, createChannels, type PlatformSettings } from './create-channels.ts';
