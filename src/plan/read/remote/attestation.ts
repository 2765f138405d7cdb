import { nodeAt, textsOf, type TreeNode } from '../../../documents/tree.ts';
import type { AttestationPolicy } from '../../../domain/remote/attestation.ts';

/** Reads whose signature a change needs; what is wrong with it the schema says. */
export function readAttestation(root: TreeNode): AttestationPolicy | undefined {
  const keys = nodeAt(root, ['attestation', 'signedBy']);
  return keys === undefined ? undefined : { signedBy: textsOf(keys) };
}
