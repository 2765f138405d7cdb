import type { AttestationPolicy } from './attestation.ts';
import type { NotifyTarget } from './notify.ts';

/** What of a plan meets other systems and changes no verdict. */
export interface RemoteSettings {
  /** Whose signature `promote` asks for; nobody's where absent. */
  readonly attestation?: AttestationPolicy;
  /** Who is told what happens to the rollout. */
  readonly notify?: readonly NotifyTarget[];
}
