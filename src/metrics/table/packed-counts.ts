/** Bits of a whole number of the database that counts are packed into, without its sign. */
const wordBits = 62;

/**
 * Counts of a unit's requests, several in one whole number: to add up a column by unit takes about as long whatever is in it. Each count has so many
 * bits as that of all its requests. Packed counts may be added up again.
 */
export class PackedCounts {
  readonly #bits: number;
  readonly #words: string[][] = [];

  /** @param mostRequests no unit has more, whatever is added up. */
  constructor(mostRequests: number) {
    this.#bits = Math.max(1, Math.ceil(Math.log2(mostRequests + 1)));
  }

  /**
   * Counts the requests for which a condition holds, and another one where there is one.
   * @returns SQL that reads the count from a row of the words, as a BIGINT.
   */
  add(condition: string, also?: string): string {
    const last = this.#words.at(-1);
    const word = last === undefined || (last.length + 1) * this.#bits > wordBits ? [] : last;
    if (word !== last) this.#words.push(word);
    const shift = word.length * this.#bits;
    const one = `${2n ** BigInt(shift)}::BIGINT`;
    // One case in the other takes half as long as their conditions joined, or as a cast and a product.
    const counted = also === undefined ? one : `CASE WHEN ${also} THEN ${one} ELSE 0 END`;
    word.push(`CASE WHEN ${condition} THEN ${counted} ELSE 0 END`);
    return `((word${this.#words.length - 1} >> ${shift}) & ${2n ** BigInt(this.#bits) - 1n})`;
  }

  /** SQL of the words, added up over requests. */
  get added(): readonly string[] {
    return this.#words.map((fields, index) => wordSql(fields.join(' + '), index));
  }

  /** SQL of the words, added up over rows that have them. */
  get addedAgain(): readonly string[] {
    return this.#words.map((_, index) => wordSql(`word${index}`, index));
  }
}

function wordSql(value: string, index: number): string {
  return `coalesce(sum(${value}), 0)::BIGINT AS word${index}`;
}
