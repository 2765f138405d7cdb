import type { AttestationPolicy } from './attestation.ts';

/** What of a plan meets other systems and changes no verdict. */
export interface RemoteSettings {
  /** Whose signature `promote` asks for; nobody's where absent. */
  readonly attestation?: AttestationPolicy;
}
