import type { Role } from '../../domain/role.ts';
import { PackedCounts } from '../table/packed-counts.ts';
import type { NamedMean } from './named-mean.ts';
import { isWhole, summedRequests, type SumName, sumNamesOf } from './sum-columns.ts';

/** A metric whose sums are laid out, and the power of two that its values are multiplied by; undefined for whole numbers. */
export interface ScaledMean {
  readonly metric: Pick<NamedMean, 'definition' | 'zeroOne'>;
  readonly scale: number | undefined;
}

/** How the sums of some metrics lie in the columns of a table. All of them are whole numbers, so that they may be added up in any order and again. */
export interface SumLayout {
  /** SQL of the columns, added up over requests. */
  readonly added: readonly string[];
  /** SQL of the same columns, added up over rows of such a table. */
  readonly addedAgain: readonly string[];
  /** SQL of a sum as it was added up: of a metric of whole numbers in its smallest unit. */
  readonly whole: (metricId: string, name: SumName) => string;
  /** SQL of a sum as a double, in the metric's unit. */
  readonly column: (metricId: string, name: SumName) => string;
}

/**
 * Lays out the sums of metrics, most of which are counts of a unit's requests.
 * @param mostRequests no unit has more requests; absent where counts are to have columns of their own.
 */
export function sumLayout(metrics: ReadonlyMap<string, ScaledMean>, mostRequests?: number): SumLayout {
  const columns = new SumColumns(mostRequests);
  const places = new Map<string, Place>();
  for (const [id, scaled] of metrics) {
    for (const [name, term] of termsOf(scaled)) places.set(`${name} ${id}`, columns.add(term));
  }
  const placeOf = (id: string, name: SumName) => {
    const place = places.get(`${name} ${id}`);
    if (place === undefined) throw new RangeError(`${name} of ${id} was not added up`);
    return place;
  };
  return {
    ...columns.sql(),
    whole: (id, name) => placeOf(id, name).whole,
    column: (id, name) => placeOf(id, name).column,
  };
}

/** What is added up of a request: a value where a condition holds. */
interface Term {
  readonly condition: string;
  /** SQL of a whole number. */
  readonly value: string;
  /** Whether it is 0 or 1. */
  readonly isBit: boolean;
  /** Whether the sum of it fits in 64 bits. */
  readonly isNarrow: boolean;
  /** What the sum is divided by for the metric's unit, as SQL. */
  readonly divisor: string | undefined;
}

/** Where a sum is, as SQL. */
interface Place {
  readonly whole: string;
  readonly column: string;
}

class SumColumns {
  readonly #counts: PackedCounts | undefined;
  readonly #sums: { readonly value: string; readonly isNarrow: boolean }[] = [];
  /** By what is added up, since metrics share what they count. */
  readonly #places = new Map<string, string>();

  constructor(mostRequests: number | undefined) {
    this.#counts = mostRequests === undefined ? undefined : new PackedCounts(mostRequests);
  }

  add(term: Term): Place {
    const key = JSON.stringify([term.condition, term.value, term.isBit, term.isNarrow]);
    const whole = this.#places.get(key) ?? this.#place(term);
    this.#places.set(key, whole);
    return { whole, column: term.divisor === undefined ? `${whole}::DOUBLE` : `(${whole}::DOUBLE / ${term.divisor})` };
  }

  sql(): Pick<SumLayout, 'added' | 'addedAgain'> {
    const sums = (valueOf: (value: string, index: number) => string) =>
      this.#sums.map(({ value, isNarrow }, index) => `${sumSql(valueOf(value, index), isNarrow)} AS sum${index}`);
    return {
      added: [...(this.#counts?.added ?? []), ...sums((value) => value)],
      addedAgain: [...(this.#counts?.addedAgain ?? []), ...sums((_, index) => `sum${index}`)],
    };
  }

  #place({ condition, value, isBit, isNarrow }: Term): string {
    if (isBit && this.#counts !== undefined)
      return this.#counts.add(condition, value === one ? undefined : `${value} = 1`);
    this.#sums.push({ value: `CASE WHEN ${condition} THEN ${value} END`, isNarrow });
    return `sum${this.#sums.length - 1}`;
  }
}

const one = '1';

/** A sum of whole numbers; one that fits in 64 bits takes half of the memory. */
function sumSql(value: string, isNarrow: boolean): string {
  const sum = `coalesce(sum(${value}), 0)`;
  return isNarrow ? `${sum}::BIGINT` : sum;
}

function termsOf({ metric, scale }: ScaledMean): readonly (readonly [SumName, Term])[] {
  const { definition, zeroOne } = metric;
  const valueTerm = (condition: string, role: Role): Term => {
    const value = definition.value(role);
    if (scale !== undefined) {
      const factor = `${scale.toExponential()}::DOUBLE`;
      // Rounded where the condition holds alone: some values that do not count fit in no whole number.
      return {
        condition,
        value: `round((${value}) * ${factor})::BIGINT`,
        isBit: false,
        isNarrow: false,
        divisor: factor,
      };
    }
    const { divisor } = definition;
    const isCounted = isWhole(definition) && divisor === 1;
    return {
      condition,
      value,
      isBit: isCounted && zeroOne,
      isNarrow: isCounted,
      divisor: divisor === 1 ? undefined : String(divisor),
    };
  };
  return sumNamesOf(definition).map((name) => {
    const { condition, role } = summedRequests(definition, name);
    return [name, role === undefined ? countOf(condition) : valueTerm(condition, role)] as const;
  });
}

function countOf(condition: string): Term {
  return { condition, value: one, isBit: true, isNarrow: true, divisor: undefined };
}
