/** A name of series with the matchers that follow it, as written: `http_requests_total` and `{code="500"}`. */
export interface SeriesSelector {
  readonly name: string;
  /** With their braces; empty where there are none. */
  readonly matchers: string;
}

/**
 * Takes an instant vector selector of PromQL apart.
 * @returns undefined for any other expression, such as a function of one
 */
export function parseSelector(text: string): SeriesSelector | undefined {
  const [, name, matchers = ''] =
    /^\s*([A-Za-z_:][A-Za-z0-9_:]*)\s*(\{(?:[^{}"'`]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`)*\})?\s*$/su.exec(
      text,
    ) ?? [];
  return name === undefined ? undefined : { name, matchers };
}

/** The selector of what a histogram calls `NAME_bucket`, `NAME_sum` and `NAME_count`. */
export function selectorOf({ name, matchers }: SeriesSelector, suffix = ''): string {
  return `${name}${suffix}${matchers}`;
}
