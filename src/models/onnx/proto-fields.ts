/** Reading and writing protocol buffers without a library of them: https://protobuf.dev/programming-guides/encoding/ */
const lengthDelimited = 2;

export interface Field {
  readonly number: number;
  /** The content of a length-delimited field. */
  readonly bytes?: Uint8Array | undefined;
  /** The value of a number. */
  readonly value?: bigint;
}

/** The contents of every field of this number. */
export function messagesOf(bytes: Uint8Array, number: number): Uint8Array[] {
  return [...fieldsOf(bytes)].flatMap((field) => (field.number === number ? (field.bytes ?? []) : []));
}

/** A field's bytes as text. */
export function textOf({ bytes }: Field): string {
  return bytes === undefined ? '' : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** The fields of a message, in the order of the bytes. @throws RangeError for bytes that are none */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length;) {
    const tag = varint(bytes, at);
    const number = Number(tag.value >> 3n);
    const wireType = Number(tag.value & 7n);
    if (wireType === 0) {
      const { value, end } = varint(bytes, tag.end);
      yield { number, value };
      at = end;
      continue;
    }
    const { start, end } = extentOf(bytes, tag.end, wireType);
    if (end > bytes.length) throw new RangeError('a protocol buffer ends within a field');
    yield { number, bytes: wireType === lengthDelimited ? bytes.subarray(start, end) : undefined };
    at = end;
  }
}

function extentOf(bytes: Uint8Array, at: number, wireType: number): { readonly start: number; readonly end: number } {
  if (wireType === 1) return { start: at, end: at + 8 };
  if (wireType === 5) return { start: at, end: at + 4 };
  if (wireType !== lengthDelimited) throw new RangeError(`a protocol buffer has no wire type ${wireType}`);
  const length = varint(bytes, at);
  return { start: length.end, end: length.end + Number(length.value) };
}

/** Seven bits per byte, the lowest first; the highest bit says that more follow. */
export function varint(bytes: Uint8Array, start: number): { readonly value: bigint; readonly end: number } {
  let value = 0n;
  for (let at = start; at < start + 10; at += 1) {
    const byte = bytes[at];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError('a protocol buffer ends within a number');
}

/** A length-delimited field with this content. */
export function message(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varintBytes((number << 3) | lengthDelimited), varintBytes(content.length), content]);
}

function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
