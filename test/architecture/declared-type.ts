import { join } from 'node:path';
import {
  createProgram,
  IndexKind,
  ModuleKind,
  ModuleResolutionKind,
  ScriptTarget,
  SymbolFlags,
  type Type,
  type TypeChecker,
  TypeFlags,
} from 'typescript';

/** What JSON value a part of a type is, as a schema's `type` names it. */
export type JsonKind = 'string' | 'number' | 'boolean' | 'null' | 'object' | 'array' | 'anything';

/** One way in which an object may look. */
export interface ObjectVariant {
  readonly required: ReadonlySet<string>;
  readonly properties: ReadonlyMap<string, DeclaredType>;
}

/** A TypeScript type, seen as the JSON values that it allows. A value of several kinds is a union of them. */
export interface DeclaredType {
  readonly kinds: ReadonlySet<JsonKind>;
  /** The values that are written out in the type; empty for any text, number or truth value. */
  readonly literals: ReadonlySet<string | number | boolean>;
  variants(): readonly ObjectVariant[];
  /** Of the members of an object with open keys, and of the items of a list. */
  member(): DeclaredType | undefined;
  item(): DeclaredType | undefined;
}

/** The exported type of a source file. @throws Error where the file has no such type */
export function declaredType(file: string, name: string): DeclaredType {
  const path = join(import.meta.dirname, '../..', file);
  const program = createProgram([path], {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    resolveJsonModule: true,
    skipLibCheck: true,
    module: ModuleKind.NodeNext,
    moduleResolution: ModuleResolutionKind.NodeNext,
    types: [],
    // Without that of browsers, which is most of what would be read.
    target: ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
  });
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(path);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  const symbol = module === undefined ? undefined : checker.tryGetMemberInModuleExports(name, module);
  if (symbol === undefined) throw new Error(`${file} exports no type ${name}`);
  return describe(checker, [checker.getDeclaredTypeOfSymbol(symbol)]);
}

function describe(checker: TypeChecker, types: readonly Type[]): DeclaredType {
  const parts = types.flatMap(unionParts).filter(({ flags }) => (flags & TypeFlags.Undefined) === 0);
  const literals = parts.flatMap((part) => literalOf(checker, part));
  // TypeScript writes boolean as true | false.
  const isBoolean = literals.includes(true) && literals.includes(false);
  const objects = parts.filter((part) => kindOf(checker, part) === 'object');
  const below = (kind: IndexKind, of: JsonKind) => {
    const found = parts
      .filter((part) => kindOf(checker, part) === of)
      .flatMap((part) => checker.getIndexTypeOfType(part, kind) ?? []);
    return found.length === 0 ? undefined : describe(checker, found);
  };
  return {
    kinds: new Set(parts.map((part) => kindOf(checker, part))),
    literals: new Set(literals.filter((value) => typeof value !== 'boolean' || !isBoolean)),
    // A type may contain itself, so what is below is described when it is asked for.
    variants: once(() =>
      objects
        .filter((part) => checker.getIndexTypeOfType(part, IndexKind.String) === undefined)
        .map((part) => variantOf(checker, part)),
    ),
    member: once(() => below(IndexKind.String, 'object')),
    item: once(() => below(IndexKind.Number, 'array')),
  };
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}

function variantOf(checker: TypeChecker, type: Type): ObjectVariant {
  const symbols = checker.getPropertiesOfType(type);
  return {
    required: new Set(symbols.filter(({ flags }) => (flags & SymbolFlags.Optional) === 0).map(({ name }) => name)),
    properties: new Map(
      symbols.map((symbol) => [symbol.name, describe(checker, [checker.getTypeOfSymbol(symbol)])] as const),
    ),
  };
}

function unionParts(type: Type): readonly Type[] {
  return type.isUnion() ? type.types : [type];
}

function kindOf(checker: TypeChecker, type: Type): JsonKind {
  const is = (flags: TypeFlags) => (type.flags & flags) !== 0;
  if (is(TypeFlags.StringLike)) return 'string';
  if (is(TypeFlags.NumberLike)) return 'number';
  if (is(TypeFlags.BooleanLike)) return 'boolean';
  if (is(TypeFlags.Null)) return 'null';
  if (is(TypeFlags.Any | TypeFlags.Unknown)) return 'anything';
  return checker.isArrayType(type) || checker.isTupleType(type) ? 'array' : 'object';
}

function literalOf(checker: TypeChecker, type: Type): (string | number | boolean)[] {
  if (type.isStringLiteral() || type.isNumberLiteral()) return [type.value];
  if ((type.flags & TypeFlags.BooleanLiteral) === 0) return [];
  return [checker.typeToString(type) === 'true'];
}
