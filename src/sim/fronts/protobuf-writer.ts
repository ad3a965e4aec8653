const CAPACITY_START = 4096;

/** Writes protocol buffer messages; only what MEXC's public messages need: texts, whole numbers, nested messages. */
export class ProtobufWriter {
  private buffer = Buffer.allocUnsafe(CAPACITY_START);
  private length = 0;

  /** Begins a new message; what `finish` returned before stays untouched. */
  start(): this {
    this.length = 0;
    return this;
  }

  /** A string field of ASCII characters. */
  text(field: number, value: string): this {
    this.tag(field, 2);
    this.varint(value.length);
    this.reserve(value.length);
    this.length += this.buffer.write(value, this.length, 'latin1');
    return this;
  }

  /** A non-negative int32 or int64 field. */
  integer(field: number, value: number): this {
    this.tag(field, 0);
    this.varint(value);
    return this;
  }

  /** A nested message. */
  message(field: number, write: (writer: this) => void): this {
    this.tag(field, 2);
    const start = this.length;
    write(this);
    const size = this.length - start;
    const sizeBytes = varintBytes(size);
    this.reserve(sizeBytes);
    this.buffer.copyWithin(start + sizeBytes, start, this.length);
    this.length = start;
    this.varint(size);
    this.length += size;
    return this;
  }

  /** The finished message, in memory of its own. */
  finish(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private tag(field: number, wireType: number): void {
    this.varint(field * 8 + wireType);
  }

  private varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 127) {
      this.buffer[this.length++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.length++] = rest;
  }

  private reserve(bytes: number): void {
    if (this.length + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.length + bytes));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest > 127; rest = Math.floor(rest / 128)) bytes++;
  return bytes;
}
