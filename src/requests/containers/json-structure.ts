import { plainKeys, type RecordPath } from '../../domain/log/record-path.ts';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';
import { jsonFieldSql } from './json-path.ts';
import type { WantedField } from './record-scan.ts';

type LeafType = 'VARCHAR' | 'JSON';

interface ObjectNode {
  /** Keys in lower case, since DuckDB tells the fields of a struct apart by nothing else. */
  readonly children: Map<string, { readonly key: string; readonly node: ObjectNode | LeafType }>;
}

/**
 * The fields to read, packed into one structure that `json_transform` fills in one pass over a record: explicit types, so
 * that a key that first appears late in a log is read like any other. Fields that do not fit in a structure with others
 * (a path inside another, keys that differ in case only) are looked up on their own.
 */
export class JsonStructure {
  readonly #root: ObjectNode = { children: new Map() };
  readonly #fitting = new Set<WantedField>();

  constructor(fields: readonly WantedField[]) {
    for (const field of fields.filter(({ as }) => as !== 'present')) {
      if (this.#insert(field.path, field.as === 'json' ? 'JSON' : 'VARCHAR')) this.#fitting.add(field);
    }
    for (const field of fields.filter(({ as }) => as === 'present')) {
      if (this.#holdsObject(field.path)) this.#fitting.add(field);
    }
  }

  /** The structure as `json_transform` takes it. */
  literal(): string {
    return quoteLiteral(JSON.stringify(plain(this.#root)));
  }

  /** SQL for a field, given the names of the transformed record and of the record as JSON. */
  fieldSql(field: WantedField, record: string, json: string): string {
    if (!this.#fitting.has(field)) return jsonFieldSql(json, field.path, field.as);
    const value = [record, ...(plainKeys(field.path) ?? []).map(quoteIdentifier)].join('.');
    if (field.as === 'json') return `${value}::VARCHAR`;
    return field.as === 'text' ? value : `${value} IS NOT NULL`;
  }

  #insert(steps: RecordPath, type: LeafType): boolean {
    const path = plainKeys(steps);
    // What is at a place in a list is in no object.
    if (path === undefined || path.some((key) => /^\d+$/u.test(key))) return false;
    let { children } = this.#root;
    const created: (() => void)[] = [];
    for (const [depth, key] of path.entries()) {
      const last = depth === path.length - 1;
      const folded = key.toLowerCase();
      const known = children.get(folded);
      const fits =
        key !== '' &&
        (known === undefined || (known.key === key && (last ? known.node === type : typeof known.node === 'object')));
      if (!fits) {
        for (const undo of created) undo();
        return false;
      }
      const node = known?.node ?? (last ? type : { children: new Map() });
      if (known === undefined) {
        const siblings = children;
        siblings.set(folded, { key, node });
        created.push(() => siblings.delete(folded));
      }
      if (typeof node === 'object') ({ children } = node);
    }
    return true;
  }

  #holdsObject(path: RecordPath): boolean {
    let node: ObjectNode | LeafType | undefined = this.#root;
    for (const key of path) {
      if (typeof node !== 'object' || typeof key !== 'string') return false;
      const child: { readonly key: string; readonly node: ObjectNode | LeafType } | undefined = node.children.get(
        key.toLowerCase(),
      );
      node = child?.key === key ? child.node : undefined;
    }
    return typeof node === 'object';
  }
}

function plain(node: ObjectNode): Record<string, unknown> {
  return Object.fromEntries(
    [...node.children.values()].map(({ key, node: child }) => [key, typeof child === 'object' ? plain(child) : child]),
  );
}
