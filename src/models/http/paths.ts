/** Finds a value within another; undefined where there is none. */
export type Reader = (value: unknown) => unknown;

/** A reader of what is at a dotted path such as `prediction.0` or `outputs.label`. */
export function readerAt(path: string): Reader {
  const steps = path.split('.').map(memberReader);
  return (value) => steps.reduce<unknown>((part, step) => step(part), value);
}

/** The value at a dotted path, where it is looked for once; undefined where there is none. */
export function valueAt(value: unknown, path: string): unknown {
  return readerAt(path)(value);
}

function memberReader(step: string): Reader {
  const index = /^\d+$/u.test(step) ? Number(step) : undefined;
  return (value) => {
    if (Array.isArray(value)) {
      const item: unknown = index === undefined ? undefined : value[index];
      return item;
    }
    return isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
