/** What differs between the desktop shell and the headless one. A host passes it to `createApp`; nothing else differs. */
export interface Host {
  readonly kind: 'headless' | 'electron';
  /** `open` is a deep link, for a click; `task` names the todo it is about, for a host whose notices have buttons. */
  notify(notice: { title: string; body: string; open?: string; task?: string }): void;
  openExternal(url: string): Promise<void>;
  revealFile(path: string): Promise<void>;
  readonly secrets: SecretStore;
  /** Whether the product starts with the user's session; null where this host cannot do that. */
  readonly autostart: { get(): Promise<boolean>; set(on: boolean): Promise<void> } | null;
  /** Asks the person at this machine; false when nobody can be asked. */
  confirm(question: { title: string; detail: string; action: string }): Promise<boolean>;
}

/** The key chain, or the nearest thing to it that the host has. */
export interface SecretStore {
  /** Where secrets lie, in words for the user. */
  readonly description: string;
  get(name: string): Promise<string | null>;
  set(name: string, value: string): Promise<void>;
  delete(name: string): Promise<void>;
}
