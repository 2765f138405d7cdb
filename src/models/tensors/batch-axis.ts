type Shape = readonly (number | string | null)[];

/** Which dimension of a tensor counts requests. */
export type BatchPlace =
  /** The first, of so many requests; Infinity for any number. */
  | { readonly kind: 'first'; readonly size: number }
  /** Another one, as in the state of a recurrent layer, [layers, batch, units]. */
  | { readonly kind: 'later'; readonly axis: number }
  /** None: it holds one request. */
  | { readonly kind: 'none' }
  /** Its first dimension may count requests or not; `state` where a later one could do it instead. */
  | { readonly kind: 'unclear'; readonly state: boolean };

/**
 * What the inputs of a model call the dimension that counts requests: a name with `batch` in it. Where some input begins with
 * something else that is counted, such as layers, it is the only name that all inputs have.
 *
 * @returns undefined where no name says it
 */
export function batchAxisName(shapes: readonly (Shape | null)[]): string | undefined {
  const names = shapes.map((shape) => (shape ?? []).filter((size) => typeof size === 'string'));
  const told = names.flat().find((name) => /batch/iu.test(name));
  const unclear = shapes.some((shape) => shape !== null && placeOfBatch(shape, undefined).kind === 'unclear');
  if (told !== undefined || shapes.length < 2 || !unclear) return told;
  const everywhere = [...new Set(names[0])].filter((name) => names.every((own) => own.includes(name)));
  return everywhere.length === 1 ? everywhere[0] : undefined;
}

/** Where a tensor of this shape counts requests. @param name what the model calls that dimension, where it says so */
export function placeOfBatch(shape: Shape, name: string | undefined): BatchPlace {
  const axis = name === undefined ? -1 : shape.indexOf(name);
  if (axis > 0) return { kind: 'later', axis };
  const [first, ...later] = shape;
  if (first === undefined) return { kind: 'none' };
  if (typeof first !== 'number') return { kind: 'first', size: Infinity };
  if (later.length === 0) return { kind: 'none' };
  if (first === 1) return { kind: 'first', size: 1 };
  return { kind: 'unclear', state: later.some((size) => typeof size !== 'number' || size === 1) };
}
