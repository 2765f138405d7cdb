/** Whose signature a change needs. */
export interface AttestationPolicy {
  /** Files of public keys (PEM), relative to the plan's folder; the signature of one of them is enough. */
  readonly signedBy: readonly string[];
}
