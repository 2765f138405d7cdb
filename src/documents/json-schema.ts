/** As much of a JSON Schema as is asked for the order, the names and the descriptions of an object's keys. */
export interface SchemaNode {
  readonly [keyword: string]: unknown;
  readonly title?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly examples?: readonly unknown[];
}

/**
 * The part of a schema that describes the value at the end of a path; empty where the schema is silent.
 * @param path keys and indices; an index may be written as text, as in a JSON pointer.
 */
export function schemaAt(root: SchemaNode, path: readonly (string | number)[]): SchemaNode {
  return path.reduce<SchemaNode>((part, step) => schemaBelow(root, part, step), root);
}

/** The part for a member (a key) or an item (an index) of what a part describes; empty where the schema is silent. */
export function schemaBelow(root: SchemaNode, part: SchemaNode, step: string | number): SchemaNode {
  const { properties, additionalProperties: others, items } = part;
  if (typeof step === 'number' || (items !== undefined && properties === undefined)) return resolved(root, items);
  if (properties !== undefined && Object.hasOwn(properties, step)) return resolved(root, properties[step]);
  return resolved(root, typeof others === 'object' ? others : {});
}

/** A part with what it points to merged in; what it says itself comes first. */
export function resolved(root: SchemaNode, part: SchemaNode = {}): SchemaNode {
  const name = part.$ref?.replace('#/$defs/', '');
  return name === undefined ? part : { ...root.$defs?.[name], ...part };
}
