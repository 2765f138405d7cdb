import type { CompressionWatch } from './compression-watch.ts';

const frameMagic = 0xfd2fb528;
const skippableMagic = 0x184d2a50;
const skippableMask = 0xfffffff0;
/** Magic number and descriptor: what must be there to know how long a frame's header is. */
const descriptorBytes = 5;
const blockHeaderBytes = 3;
const repeatedByteBlock = 1;

type Position = 'frame' | 'block' | 'damaged';

/**
 * Walks the frames of a .zst without decompressing it, to see whether the file ends where a frame ends.
 * Source: RFC 8878, section 3.1 (frame header, block headers, skippable frames).
 */
export class ZstdFrames implements CompressionWatch {
  /** Start of a header whose rest has not arrived yet. */
  #pending: Uint8Array = new Uint8Array(0);
  /** Content that is passed over. */
  #skip = 0;
  #next: Position = 'frame';
  /** Bytes after the frame's last block. */
  #checksumBytes = 0;

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0 && this.#next !== 'damaged') {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, rest.length);
        this.#skip -= passed;
        rest = rest.subarray(passed);
        continue;
      }
      const header = this.#pending.length === 0 ? rest : Buffer.concat([this.#pending, rest]);
      const used = this.#next === 'frame' ? this.#readFrameHeader(header) : this.#readBlockHeader(header);
      if (used === 0) {
        this.#pending = header.slice();
        return;
      }
      rest = header.subarray(used);
      this.#pending = new Uint8Array(0);
    }
  }

  end(): string | undefined {
    if (this.#next === 'damaged') return 'what follows a frame is not a zstd frame';
    if (this.#next === 'frame' && this.#pending.length === 0 && this.#skip === 0) return undefined;
    return 'unexpected end of file';
  }

  /** @returns the bytes that the header takes, 0 when it has not arrived whole. */
  #readFrameHeader(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 8) return bytes.length >= 4 && !isMagic(view.getUint32(0, true)) ? this.#damaged() : 0;
    const magic = view.getUint32(0, true);
    if ((magic & skippableMask) >>> 0 === skippableMagic) {
      this.#skip = view.getUint32(4, true);
      return 8;
    }
    if (magic !== frameMagic) return this.#damaged();
    const length = frameHeaderLength(view.getUint8(4));
    if (bytes.length < length) return 0;
    this.#checksumBytes = (view.getUint8(4) & 4) === 0 ? 0 : 4;
    this.#next = 'block';
    return length;
  }

  #readBlockHeader(bytes: Uint8Array): number {
    if (bytes.length < blockHeaderBytes) return 0;
    const [low = 0, middle = 0, high = 0] = bytes;
    const header = low | (middle << 8) | (high << 16);
    const repeated = ((header >> 1) & 3) === repeatedByteBlock;
    this.#skip = repeated ? 1 : header >> 3;
    if ((header & 1) === 1) {
      this.#skip += this.#checksumBytes;
      this.#next = 'frame';
    }
    return blockHeaderBytes;
  }

  #damaged(): number {
    this.#next = 'damaged';
    return 1;
  }
}

function isMagic(number: number): boolean {
  return number === frameMagic || (number & skippableMask) >>> 0 === skippableMagic;
}

function frameHeaderLength(descriptor: number): number {
  const singleSegment = (descriptor & 0x20) !== 0;
  const window = singleSegment ? 0 : 1;
  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return descriptorBytes + window + dictionary + contentSize;
}
