/** Units of recorded latencies, and how many of a millisecond each is. */
export const latencyUnits = { ns: 1e-6, us: 1e-3, ms: 1, s: 1e3 } as const;
export type LatencyUnit = keyof typeof latencyUnits;
export const latencyUnitNames = ['ns', 'us', 'ms', 's'] as const satisfies readonly LatencyUnit[];

/** Where a record keeps how long its request took: milliseconds at a path, another unit of it, or two times. */
export type LatencyField =
  | string
  | { readonly path: string; readonly unit: LatencyUnit }
  | { readonly from: string; readonly to: string };

/** The paths that a latency is read from. */
export function latencyPaths(field: LatencyField): readonly string[] {
  if (typeof field === 'string') return [field];
  return 'path' in field ? [field.path] : [field.from, field.to];
}
