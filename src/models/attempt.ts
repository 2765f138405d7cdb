/** What code that may throw returned or threw. */
export type Attempt<T> = { readonly value: T } | { readonly thrown: unknown };

/** Calls a function and keeps what comes of it. */
export function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (error) {
    return { thrown: error };
  }
}

/** Calls a function for each item. Waits only if one gave a promise: waiting for each would cost more than most calls. */
export async function attemptAll<T>(work: (item: T) => unknown, items: readonly T[]): Promise<Attempt<unknown>[]> {
  let waits = false;
  const attempts = items.map((item) =>
    attempt(() => {
      const value = work(item);
      waits ||= value instanceof Promise;
      return value;
    }),
  );
  if (!waits) return attempts;
  return Promise.all(
    attempts.map(async (settled) => {
      try {
        return 'value' in settled ? { value: await settled.value } : settled;
      } catch (error) {
        return { thrown: error };
      }
    }),
  );
}
