import { crc32, deflateRawSync } from 'node:zlib';

/** One entry as a hostile hand writes it: every field may lie. */
export interface ZipPart {
  name: string | Buffer;
  content?: Buffer | string;
  /** The name in front of the content, where it differs from the one in the list. */
  localName?: string;
  method?: number;
  /** The way of packing said in front of the content, where it differs from the one in the list. */
  localMethod?: number;
  flags?: number;
  /** Upper half: the mode of Unix. */
  attributes?: number;
  extra?: Buffer;
  saysBytes?: number;
  saysPacked?: number;
  /** Packed already; the sizes then are what is said. */
  packed?: Buffer;
}

/** A zip, byte by byte, after PKWARE's APPNOTE 4.3. */
export function zipBytes(parts: readonly ZipPart[], { saysEntries }: { saysEntries?: number } = {}): Buffer {
  const bodies: Buffer[] = [];
  const list: Buffer[] = [];
  let at = 0;
  for (const part of parts) {
    const { local, central } = records(part, at);
    bodies.push(local);
    list.push(central);
    at += local.length;
  }
  const directory = Buffer.concat(list);
  const entries = saysEntries ?? parts.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  const count = Math.min(entries, 0xffff);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(at, 16);
  const before = [...bodies, directory];
  return Buffer.concat(entries < 0xffff ? [...before, end] : [...before, largeEnd(entries, directory.length, at), end]);
}

/** The end record of ZIP64 and what leads to it, for counts that do not fit in the ordinary one. */
function largeEnd(entries: number, directoryBytes: number, directoryAt: number): Buffer {
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(directoryBytes), 40);
  record.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryAt + directoryBytes), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator]);
}

function records(part: ZipPart, offset: number): { local: Buffer; central: Buffer } {
  const name = Buffer.from(part.name);
  const localName = Buffer.from(part.localName ?? name);
  const content = Buffer.from(part.content ?? '');
  const method = part.method ?? 0;
  const packed = part.packed ?? (method === 8 ? deflateRawSync(content, { level: 9 }) : content);
  const extra = part.extra ?? Buffer.alloc(0);
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(part.flags ?? 0x0800, 2);
  shared.writeUInt32LE(crc32(content), 10);
  shared.writeUInt32LE(part.saysPacked ?? packed.length, 14);
  shared.writeUInt32LE(part.saysBytes ?? content.length, 18);
  shared.writeUInt16LE(extra.length, 24);
  const withName = (length: number, says = method) => {
    const copy = Buffer.from(shared);
    copy.writeUInt16LE(says, 4);
    copy.writeUInt16LE(length, 22);
    return copy;
  };
  const local = Buffer.concat([
    signature(0x04034b50),
    withName(localName.length, part.localMethod),
    localName,
    extra,
    packed,
  ]);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(part.attributes ?? 0, 6);
  tail.writeUInt32LE(offset, 10);
  const central = Buffer.concat([
    signature(0x02014b50),
    Buffer.from([20, 3]),
    withName(name.length),
    tail,
    name,
    extra,
  ]);
  return { local, central };
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
