import type { Diagnostic } from '../domain/errors.ts';
import type { Guardrail, RequestSource, RolloutPlan } from '../domain/plan.ts';
import { canonicalJson } from '../domain/canonical-json.ts';
import { inReadingOrder, located, type Finding } from '../documents/findings.ts';
import { type ReplacedValue, sourceText } from '../documents/source-text.ts';
import { plainValue, type TreeNode } from '../documents/tree.ts';
import { parseWithBases, type ReadBase } from './extends.ts';
import { readPlan } from './read/plan.ts';
import { schemaErrors } from './read/plan-schema.ts';
import { planFindings } from './read/plan-voice.ts';

export interface PlanText {
  /** As the user wrote it; shown in diagnostics. */
  readonly path: string;
  readonly text: string;
  /** Reads a file that the plan names (a base, a flag's definition), by its path from the plan's folder. @throws UserError */
  readonly readBase: ReadBase;
}

/** A plan with the places of its values, for findings that come later. */
export interface ParsedPlan {
  readonly ok: true;
  readonly plan: RolloutPlan;
  /** Where the plan's values stand, in its own file and in its bases. */
  readonly positions: TreeNode;
  readonly warnings: readonly Diagnostic[];
  /** What the plan writes otherwise than the file that it extends. */
  readonly overrides: readonly ReplacedValue[];
}

export interface RejectedPlan {
  readonly ok: false;
  /** Everything that is wrong, and the warnings, in reading order. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads a rollout plan: YAML or JSON text to a typed plan with its defaults filled in, or everything that is wrong with
 * it at once. Touches nothing outside; what is only wrong against a registry or a log is found later.
 */
export function parsePlan({ path, text, readBase }: PlanText): ParsedPlan | RejectedPlan {
  const { root, diagnostics, overrides } = parseWithBases(sourceText(path, text), readBase);
  if (root === undefined) return { ok: false, diagnostics: inReadingOrder(path, diagnostics) };

  const errors = schemaErrors(plainValue(root));
  const { value: plan, findings } = readPlan(root, readBase);
  const found = merged(findings, planFindings(root, errors));
  const all = inReadingOrder(path, [...diagnostics, ...apartFrom(diagnostics, located(root, found))]);
  const rejected = errors.length > 0 || all.some(({ severity }) => severity === 'error');
  if (rejected || plan === undefined) return { ok: false, diagnostics: all };
  return {
    ok: true,
    plan,
    positions: root,
    warnings: all,
    overrides,
  };
}

/** Where a check explains a value, what the schema says of the same value is left out. */
function merged(explained: readonly Finding[], bySchema: readonly Finding[]): Finding[] {
  const paths = new Set(
    explained.flatMap(({ path, explains = [] }) => [path, ...explains]).map((path) => JSON.stringify(path)),
  );
  return [...explained, ...bySchema.filter(({ path }) => !paths.has(JSON.stringify(path)))];
}

/** A value that YAML could not give is missing for the schema as well; once is enough. */
function apartFrom(earlier: readonly Diagnostic[], later: readonly Diagnostic[]): Diagnostic[] {
  const taken = new Set(earlier.filter(({ severity }) => severity === 'error').map(place));
  return later.filter((diagnostic) => !taken.has(place(diagnostic)));
}

function place({ file, line, column }: Diagnostic): string {
  return `${file}:${line}:${column}`;
}

/**
 * The text to hash for "is this still the same plan": everything that can change a verdict or what follows from it.
 * Instructions for people and routers are left out, so that noting a rehearsal does not start a new series of looks.
 */
export function planDigestInput(plan: RolloutPlan): string {
  const {
    rollback: _instructions,
    requests,
    sources,
    stages,
    apply: _commands,
    routing: _routes,
    attestation: _keys,
    notify: _told,
    mirror: _followers,
    guardrails,
    assignment,
    ...decisive
  } = plan;
  const { file: _place, ...assigned } = assignment;
  return canonicalJson({
    ...decisive,
    requests: withoutStorage(requests),
    ...(sources === undefined ? {} : { sources: mapValues(sources, withoutStorage) }),
    stages: stages.map((stage) =>
      stage.requests === undefined ? stage : { ...stage, requests: withoutStorage(stage.requests) },
    ),
    assignment: assigned,
    guardrails: guardrails.map(withoutTimeout),
  });
}

/** How an object is fetched, and as whom a server is asked, changes nothing of what they hold. */
function withoutStorage({ storage: _fetching, prometheus, ...requests }: RequestSource): RequestSource {
  if (prometheus === undefined) return requests;
  const { token: _token, user: _user, password: _password, ...asked } = prometheus;
  return { ...requests, prometheus: asked };
}

/** The plan's timeout is in its replay settings. */
function withoutTimeout({ metric, ...guardrail }: Guardrail) {
  if (!('timeoutMs' in metric)) return { metric, ...guardrail };
  const { timeoutMs: _timeout, ...named } = metric;
  return { metric: named, ...guardrail };
}

/** The text to hash for "do these looks belong together?": an end that moves, or more users of the same log, leave the question as it was. */
export function seriesDigestInput(plan: RolloutPlan): string {
  const { plannedUnits: _users, looks: _once, ...statistics } = plan.statistics;
  return planDigestInput({
    ...plan,
    statistics,
    requests: ofSeries(plan.requests),
    ...(plan.sources === undefined ? {} : { sources: mapValues(plan.sources, ofSeries) }),
    stages: plan.stages.map((stage) =>
      stage.requests === undefined ? stage : { ...stage, requests: ofSeries(stage.requests) },
    ),
  });
}

function ofSeries({ to: _end, sample: _users, ...requests }: RequestSource): RequestSource {
  return requests;
}

function mapValues<Value>(
  of: Readonly<Record<string, Value>>,
  change: (value: Value) => Value,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value)]));
}
