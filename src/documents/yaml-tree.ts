import {
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Alias,
  type Document,
  type Node,
  type YAMLError,
  type YAMLMap,
} from 'yaml';
import type { Diagnostic } from '../domain/errors.ts';
import { locationOf, type Position, type SourceText } from './source-text.ts';
import type { ScalarNode, TreeEntry, TreeNode } from './tree.ts';

/** A tree, or none where the text is not YAML; the diagnostics say why. */
export interface YamlTree {
  readonly root: TreeNode | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Anchors that point at anchors can grow a small text into a huge tree; no honest plan comes near this. */
const largestTree = 50_000;

/**
 * Reads YAML 1.2 (and so JSON) into a tree of located values, reporting every syntax error, duplicate key
 * and alias without an anchor.
 */
export function parseYaml(source: SourceText): YamlTree {
  const document = parseDocument(source.text, { lineCounter: source.lines, prettyErrors: false, uniqueKeys: false });
  const syntax = [
    ...document.errors.map((error) => syntaxDiagnostic(source, error, 'error')),
    ...document.warnings.map((warning) => syntaxDiagnostic(source, warning, 'warning')),
  ];
  if (document.errors.length > 0) return { root: undefined, diagnostics: syntax };
  const reader = new TreeReader(source, document);
  const root = reader.read(document.contents, 0);
  return { root, diagnostics: [...syntax, ...reader.diagnostics] };
}

/** Turns the library's nodes into ours. The state is the tree's size so far and the way down to the node being read. */
class TreeReader {
  readonly diagnostics: Diagnostic[] = [];
  private readonly source: SourceText;
  private readonly targets: ReadonlyMap<Alias, Node>;
  /** The lists and maps that are being read: an alias of one of them would never end. */
  private readonly open = new Set<unknown>();
  private size = 0;

  constructor(source: SourceText, document: Document.Parsed) {
    this.source = source;
    // Most files have no anchor, and looking through all of a file for one takes a while.
    this.targets = source.text.includes('&') ? aliasTargets(document) : new Map();
  }

  /** @param offset where to point when the node itself is absent, as the value of `{ key }` is. */
  read(node: unknown, offset: number): TreeNode {
    const at = this.at(startOf(node, offset));
    this.size += 1;
    if (this.size > largestTree) return this.refuseMore(at);
    if (isAlias(node)) return this.readAlias(node, at);
    if (isScalar(node)) return scalarNode(node.value, node.source, at);
    this.open.add(node);
    const value = this.readCollection(node, at);
    this.open.delete(node);
    return value;
  }

  private readCollection(node: unknown, at: Position): TreeNode {
    if (isSeq(node)) return { kind: 'list', at, items: node.items.map((item) => this.read(item, at.offset)) };
    return isMap(node) ? this.readMap(node, at) : emptyNode(at);
  }

  private readMap(node: YAMLMap, at: Position): TreeNode {
    const entries = new Map<string, TreeEntry>();
    for (const { key, value } of node.items) {
      const keyAt = this.at(startOf(key, at.offset));
      const name = isScalar(key) ? keyName(key.value, key.source) : undefined;
      if (name === undefined)
        this.report('invalid-key', keyAt, 'a key must be one word or text in quotes', 'write key: value');
      else if (entries.has(name)) this.reportDuplicate(name, keyAt, entries.get(name));
      else entries.set(name, { at: keyAt, value: this.read(value, keyAt.offset) });
    }
    return { kind: 'map', at, entries };
  }

  private readAlias(alias: Alias, at: Position): TreeNode {
    const name = alias.source;
    const target = this.targets.get(alias);
    if (target !== undefined && !this.open.has(target)) return this.read(target, at.offset);
    if (target === undefined) {
      const message = `*${name} refers to an anchor that does not exist`;
      this.report('unknown-alias', at, message, `write "*${name}" if it is text`);
    } else {
      this.report('circular-alias', at, `*${name} contains itself`, 'write the value out');
    }
    return emptyNode(at);
  }

  private reportDuplicate(name: string, at: Position, first: TreeEntry | undefined): void {
    const line = first === undefined ? 1 : locationOf(first.at).line;
    this.report('duplicate-key', at, `${name} is written twice`, `keep one of the two; the first is in line ${line}`);
  }

  private refuseMore(at: Position): TreeNode {
    if (!this.diagnostics.some(({ rule }) => rule === 'too-large')) {
      this.report(
        'too-large',
        at,
        `the file holds more than ${largestTree} values`,
        'write fewer values, or fewer aliases',
      );
    }
    return emptyNode(at);
  }

  private report(rule: string, at: Position, message: string, hint: string): void {
    this.diagnostics.push({ severity: 'error', rule, ...locationOf(at), message, hint });
  }

  private at(offset: number): Position {
    return { source: this.source, offset };
  }
}

/**
 * What each alias stands for: the last node before it that has its anchor. One pass, since the library looks through the
 * document anew for each alias.
 */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Value: (_, node) => void (node.anchor === undefined ? undefined : anchored.set(node.anchor, node)),
    Alias: (_, alias) => {
      const target = anchored.get(alias.source);
      if (target !== undefined) targets.set(alias, target);
    },
  });
  return targets;
}

function emptyNode(at: Position): ScalarNode {
  return { kind: 'scalar', at, value: null, written: '' };
}

function scalarNode(value: unknown, written: string | undefined, at: Position): ScalarNode {
  const text = written ?? String(value);
  const isPlain =
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null;
  // A tag or an old YAML version can make a date or a set of bytes; what was written is what the plan means.
  return { kind: 'scalar', at, value: isPlain ? value : text, written: text };
}

function keyName(value: unknown, written: string | undefined): string | undefined {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? undefined : (written ?? JSON.stringify(value));
}

function startOf(node: unknown, otherwise: number): number {
  return isNode(node) ? (node.range?.[0] ?? otherwise) : otherwise;
}

const syntaxHints: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BAD_INDENT: 'give the items of one level the same number of spaces',
  BAD_SCALAR_START: 'put the value in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put each key on its own line with the right indentation, or the value in quotes',
  MISSING_CHAR: 'close the quote or bracket, and put a colon after each key',
  MULTIPLE_DOCS: 'keep one plan per file: delete the --- and everything after it',
  TAG_RESOLVE_FAILED: 'delete the tag',
  UNEXPECTED_TOKEN: 'put the whole value in quotes',
};

function syntaxDiagnostic(source: SourceText, error: YAMLError, severity: Diagnostic['severity']): Diagnostic {
  const hint = syntaxHints[error.code] ?? 'see https://yaml.org for how YAML is written';
  const message = error.code === 'MULTIPLE_DOCS' ? 'the file contains several documents' : asClause(error.message);
  return { severity, rule: 'yaml-syntax', ...locationOf({ source, offset: error.pos[0] }), message, hint };
}

/** Messages of ours start in lower case and have no full stop, since the hint follows after a semicolon. */
function asClause(sentence: string): string {
  return `not valid YAML: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/u, '')}`;
}
