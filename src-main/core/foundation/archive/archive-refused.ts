export type ArchiveFault = 'not an archive' | 'name' | 'kind' | 'encrypted' | 'size' | 'damaged' | 'time';

/** An archive that is not read to its end; nothing that came out of it may be used. */
export class ArchiveRefused extends Error {
  readonly fault: ArchiveFault;

  constructor(fault: ArchiveFault, why: string, options?: ErrorOptions) {
    super(`the archive is refused: ${why}`, options);
    this.name = 'ArchiveRefused';
    this.fault = fault;
  }
}
