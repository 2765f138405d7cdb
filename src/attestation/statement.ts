import { canonicalJson } from '../domain/canonical-json.ts';
import { unusableFile } from '../domain/errors.ts';
import type { Evidence, VersionFacts } from '../domain/evidence.ts';
import type { Decision } from '../domain/registry.ts';

/** What a statement says: a verdict of canary, or the decision of a person. */
export const predicateTypes = {
  verdict: 'https://cdn.jsdelivr.net/npm/model-canary/docs/attestation.md#verdict-v1',
  override: 'https://cdn.jsdelivr.net/npm/model-canary/docs/attestation.md#override-v1',
} as const;

/** An in-toto Statement v1: github.com/in-toto/attestation. */
interface Statement {
  readonly _type: 'https://in-toto.io/Statement/v1';
  readonly subject: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** A thing that a statement is about, by its digest. */
export interface Subject {
  readonly name: string;
  readonly digest: { readonly sha256: string };
}

/** A decision of a person about a stage. */
export interface AttestedOverride {
  readonly decision: Decision;
  readonly by: string;
  readonly reason: string;
  readonly plan: { readonly name: string; readonly sha256: string };
  readonly stage: { readonly name: string; readonly weight: number };
  /** Revision of what last moved the rollout, so that the decision counts once. */
  readonly revision: number;
  /** Digest of the evidence that it was made on; absent where there was none. */
  readonly evidence?: string;
}

/** The statement on a verdict: of the evidence's file, and of both artifacts, so that a policy can ask for the verdict of an artifact. */
export function verdictStatement(evidence: Evidence, evidenceSha256: string): string {
  const { plan, stage, verdict, inputs, tool, digest } = evidence;
  return statementText({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{ name: 'evidence.json', digest: { sha256: evidenceSha256 } }, ...artifactSubjects(inputs)],
    predicateType: predicateTypes.verdict,
    predicate: {
      plan: { name: plan.name, sha256: plan.sha256 },
      stage: { name: stage.name, weight: stage.weight, look: stage.look },
      verdict: { decision: verdict.decision, reasons: verdict.reasons },
      evidence: digest,
      tool,
    },
  });
}

/** The statement on a person's decision. */
export function overrideStatement(override: AttestedOverride, subjects: readonly Subject[]): string {
  return statementText({
    _type: 'https://in-toto.io/Statement/v1',
    subject: subjects,
    predicateType: predicateTypes.override,
    predicate: { ...override },
  });
}

/** Both versions' artifacts, as far as they have files. */
export function artifactSubjects(inputs: Readonly<Record<'baseline' | 'candidate', VersionFacts>>): Subject[] {
  return (['candidate', 'baseline'] as const).flatMap((role) => {
    const { version, sha256 } = inputs[role];
    return sha256 === undefined ? [] : [{ name: `${role} ${version}`, digest: { sha256 } }];
  });
}

function statementText(statement: Statement): string {
  return JSON.stringify(statement);
}

/** @throws UserError (exit 5) where the signed statement is about other evidence, or is no verdict */
export function requireVerdictOf(payload: string, evidence: Evidence, evidenceSha256: string, file: string): void {
  const statement = statementOf(payload, predicateTypes.verdict, file);
  const attested = statement.subject.find(({ name }) => name === 'evidence.json')?.digest.sha256;
  if (attested !== evidenceSha256) {
    throw unusableFile(
      `${file} is about other evidence: its sha256 is ${attested?.slice(0, 16) ?? 'missing'}…, here it is ${evidenceSha256.slice(0, 16)}…`,
      { hint: 'Sign this evidence with canary attest.' },
    );
  }
  if (payload !== verdictStatement(evidence, evidenceSha256)) {
    throw unusableFile(`${file} says something other than the evidence it is about`, {
      hint: 'Sign the evidence again with canary attest of this version.',
    });
  }
}

/** @throws UserError (exit 5) that names in what the signed decision is another one */
export function requireOverrideOf(payload: string, override: AttestedOverride, file: string): void {
  const { predicate } = statementOf(payload, predicateTypes.override, file);
  for (const [key, value] of Object.entries(override)) {
    if (canonicalJson(predicate[key]) === canonicalJson(value)) continue;
    const was = predicate[key] === undefined ? 'nothing' : canonicalJson(predicate[key]);
    throw unusableFile(`${file} is about another decision: ${key} is ${was} there and ${canonicalJson(value)} here`, {
      hint: 'Sign this decision with canary attest PLAN --override.',
    });
  }
}

function statementOf(payload: string, predicateType: string, file: string): Statement {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    value = undefined;
  }
  if (!isStatement(value))
    throw unusableFile(`${file} does not hold an in-toto statement`, { hint: 'canary attest writes such a file.' });
  if (value.predicateType === predicateType) return value;
  const wanted = predicateType === predicateTypes.verdict ? 'a verdict of canary' : 'a decision of a person';
  throw unusableFile(`${file} does not attest ${wanted}: its predicateType is ${value.predicateType}`, {
    hint: `It must be ${predicateType}.`,
  });
}

function isStatement(value: unknown): value is Statement {
  if (typeof value !== 'object' || value === null) return false;
  const { subject, predicateType, predicate }: Partial<Record<keyof Statement, unknown>> = value;
  return (
    Array.isArray(subject) &&
    subject.every(isSubject) &&
    typeof predicateType === 'string' &&
    typeof predicate === 'object' &&
    predicate !== null
  );
}

function isSubject(value: unknown): value is Subject {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('digest' in value)) return false;
  return typeof value.digest === 'object' && value.digest !== null;
}
