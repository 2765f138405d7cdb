/** Watches the bytes of a compressed file; what it finds means that records are missing. */
export interface CompressionWatch {
  push(bytes: Uint8Array): Promise<void> | void;
  /** What is wrong with the file, undefined for a whole one. */
  end(): Promise<string | undefined> | string | undefined;
}
