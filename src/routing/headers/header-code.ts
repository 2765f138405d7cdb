/** What a language's function is made from. */
export interface HeaderCode {
  /** The salt as a literal of a string that JavaScript, Python, Go and Java read alike: ASCII with \u escapes. */
  readonly salt: string;
  readonly steps: number;
  /** Users, as such literals, with their buckets. */
  readonly vectors: readonly (readonly [string, number])[];
}
