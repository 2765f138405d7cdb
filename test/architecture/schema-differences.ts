import { resolved, type SchemaNode } from '../../src/documents/json-schema.ts';
import type { DeclaredType, ObjectVariant } from './declared-type.ts';

/** A schema and the type of the same document, with their files for the messages. */
export interface Compared {
  readonly schema: SchemaNode;
  readonly schemaFile: string;
  readonly type: DeclaredType;
  readonly typeFile: string;
}

/**
 * Where a JSON Schema and a TypeScript type allow different keys, ask for different ones, or name different values; each
 * begins with the pointer to the place, in which `*` is any key or item, and says which file lacks what.
 */
export function schemaDifferences({ schema, schemaFile, type, typeFile }: Compared): string[] {
  return new Comparison(schema, schemaFile, typeFile).compare('', type, schema);
}

class Comparison {
  private readonly root: SchemaNode;
  private readonly schemaFile: string;
  private readonly typeFile: string;

  constructor(root: SchemaNode, schemaFile: string, typeFile: string) {
    this.root = root;
    this.schemaFile = schemaFile;
    this.typeFile = typeFile;
  }

  compare(place: string, type: DeclaredType, part: SchemaNode): string[] {
    if (type.kinds.has('anything')) return [];
    const nodes = this.alternatives(part);
    const others = firstOf(nodes, ({ additionalProperties }) =>
      typeof additionalProperties === 'object' ? additionalProperties : undefined,
    );
    return [
      ...this.apart(place, 'kind of value', type.kinds, new Set(nodes.flatMap(kindsOf))),
      ...this.apart(place, 'value', type.literals, new Set(nodes.flatMap(valuesOf))),
      ...this.keys(place, type, nodes),
      ...this.below(place, 'members', type.member(), others),
      ...this.below(
        place,
        'items',
        type.item(),
        firstOf(nodes, ({ items }) => items),
      ),
    ];
  }

  private keys(place: string, type: DeclaredType, nodes: readonly SchemaNode[]): string[] {
    const variants = type.variants();
    const node = nodes.find(({ properties }) => properties !== undefined) ?? {};
    const ofSchema = new Map(Object.entries(node.properties ?? {}));
    const names = new Set(variants.flatMap(({ properties }) => [...properties.keys()]));
    return [
      ...this.apart(place, 'key', names, new Set(ofSchema.keys())),
      ...this.required(place, variants, node),
      ...[...names].flatMap((name) => {
        const below = ofSchema.get(name);
        const types = variants.flatMap(({ properties }) => properties.get(name) ?? []);
        return below === undefined ? [] : this.compare(`${place}/${name}`, united(types), below);
      }),
    ];
  }

  /** Each variant of the type asks for the keys that the schema asks for of such an object, and of every one of the schema there is one. */
  private required(place: string, variants: readonly ObjectVariant[], node: SchemaNode): string[] {
    if (variants.length === 0) return [];
    const branches = nodesIn(node['oneOf']);
    const own = variants.map((variant) => ({ variant, always: [...requiredIn(node), ...conditional(node, variant)] }));
    const choices = branches.length === 0 ? [[]] : branches.map(requiredIn);
    const ofType = own.map(({ variant }) => asText(variant.required));
    const ofSchema = own.map(({ always }) => choices.map((choice) => asText([...always, ...choice])));
    return [
      ...ofType.flatMap((names, index) =>
        ofSchema[index]?.includes(names) === true
          ? []
          : [`${place}: ${this.typeFile} requires ${names}, and ${this.schemaFile} ${ofSchema[index]?.join(' or ')}`],
      ),
      ...choices
        .map((_, index) => ofSchema.map((names) => names[index]))
        .filter((names) => !names.some((text, index) => text === ofType[index]))
        .map((names) => `${place}: nothing in ${this.typeFile} requires what ${this.schemaFile} does, ${names[0]}`),
    ];
  }

  private below(place: string, what: string, type: DeclaredType | undefined, node: SchemaNode | undefined): string[] {
    if (type === undefined || node === undefined) {
      if (type === undefined && node === undefined) return [];
      const lacking = type === undefined ? this.typeFile : this.schemaFile;
      return [`${place}: ${lacking} says nothing of the ${what}`];
    }
    return this.compare(`${place}/*`, type, node);
  }

  private apart(place: string, what: string, ofType: ReadonlySet<unknown>, ofSchema: ReadonlySet<unknown>): string[] {
    const lacks = (file: string, other: string, value: unknown) =>
      `${place}: the ${what} ${String(value)} is in ${other} and not in ${file}`;
    return [
      ...[...ofType]
        .filter((value) => !ofSchema.has(value))
        .map((value) => lacks(this.schemaFile, this.typeFile, value)),
      ...[...ofSchema]
        .filter((value) => !ofType.has(value))
        .map((value) => lacks(this.typeFile, this.schemaFile, value)),
    ];
  }

  /** What a part may be, without references; itself where it offers no choice. */
  private alternatives(part: SchemaNode): readonly SchemaNode[] {
    const node = resolved(this.root, part);
    const choices = nodesIn(node['anyOf']);
    return choices.length === 0 ? [node] : choices.map((choice) => resolved(this.root, choice));
  }
}

function asText(names: Iterable<string>): string {
  return [...new Set(names)].toSorted().join(', ');
}

function united(types: readonly DeclaredType[]): DeclaredType {
  return {
    kinds: new Set(types.flatMap(({ kinds }) => [...kinds])),
    literals: new Set(types.flatMap(({ literals }) => [...literals])),
    variants: () => types.flatMap((type) => type.variants()),
    member: () => firstOf(types, (type) => type.member()),
    item: () => firstOf(types, (type) => type.item()),
  };
}

function kindsOf(node: SchemaNode): string[] {
  const own = [node['type'] ?? []].flat().map(String);
  const told = own.length > 0 ? own : valuesOf(node).map((value) => typeof value);
  return told.map((kind) => (kind === 'integer' ? 'number' : kind));
}

function valuesOf(node: SchemaNode): unknown[] {
  const choices = node['enum'];
  if (Array.isArray(choices)) return choices;
  return node['const'] === undefined ? [] : [node['const']];
}

function requiredIn(node: SchemaNode): string[] {
  const names = node['required'];
  return Array.isArray(names) ? names.map(String) : [];
}

/** The keys that the schema asks for where another key has one of certain values, of an object that has no other values of it. */
function conditional(node: SchemaNode, { properties }: ObjectVariant): string[] {
  return [node, ...nodesIn(node['allOf'])].flatMap((rule) => {
    const [condition] = nodesIn([rule['if']]);
    const [consequence] = nodesIn([rule['then']]);
    if (condition === undefined || consequence === undefined) return [];
    const [negated] = nodesIn([condition['not']]);
    const tested = Object.entries((negated ?? condition).properties ?? {});
    const applies = tested.every(([key, wanted]) => {
      const possible = [...(properties.get(key)?.literals ?? [])];
      return (
        possible.length > 0 && possible.every((value) => valuesOf(wanted).includes(value) !== (negated !== undefined))
      );
    });
    return applies ? requiredIn(consequence) : [];
  });
}

function nodesIn(value: unknown): SchemaNode[] {
  return Array.isArray(value)
    ? value.filter((each): each is SchemaNode => typeof each === 'object' && each !== null)
    : [];
}

function firstOf<From, Of>(all: readonly From[], pick: (each: From) => Of | undefined): Of | undefined {
  return all.map(pick).find((found) => found !== undefined);
}
