import type { Decision } from '../../domain/registry.ts';
import { decisionWord } from '../evidence/verdict-text.ts';
import { printableSentence } from '../words/printable.ts';
import { fields, page, section, type Style } from '../words/style.ts';

/** What `attest` signed, and where that lies. */
export interface Attested {
  readonly file: string;
  readonly decision: Decision;
  readonly keyId: string;
  /** How many keys have signed the same statement. */
  readonly signatures: number;
}

/** What `verify` found right. */
export interface Verified {
  readonly evidence: string;
  readonly file: string;
  readonly decision: Decision;
  /** File of the key that signed. */
  readonly key: string;
  readonly keyId: string;
}

/** What was signed, as a person reads it. */
export function attestedText({ file, decision, keyId, signatures }: Attested, style: Style): string {
  const pairs = [
    ['verdict', decisionWord(decision, style)],
    ['key', keyId],
    ['signatures', String(signatures)],
  ] as const;
  return page([section(`${printableSentence(file)}: signed`, [fields(pairs, style)], style)]);
}

/** What was verified, as a person reads it. */
export function verifiedText({ evidence, file, decision, key, keyId }: Verified, style: Style): string {
  const pairs = [
    ['verdict', decisionWord(decision, style)],
    ['attestation', printableSentence(file)],
    ['signed by', `${printableSentence(key)} (${keyId.slice(0, 16)})`],
  ] as const;
  return page([
    section(`${printableSentence(evidence)}: signature and content are right`, [fields(pairs, style)], style),
  ]);
}
