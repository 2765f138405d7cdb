import type { AttestationPolicy } from './attestation.ts';
import type { CloudwatchSource, PrometheusSource } from './metric-series.ts';
import type { MirrorSettings } from './mirror.ts';
import type { NotifyTarget } from './notify.ts';
import type { StorageSettings } from './storage.ts';

/** How a source on another machine is read. */
export interface RemoteSource {
  readonly storage?: StorageSettings;
  /** Of `prometheus`, what is asked of which server. */
  readonly prometheus?: PrometheusSource;
  /** Of `cloudwatch`, which ids of the answers tell what. */
  readonly cloudwatch?: CloudwatchSource;
}

/** What of a plan meets other systems and changes no verdict. */
export interface RemoteSettings {
  /** Whose signature `promote` asks for; nobody's where absent. */
  readonly attestation?: AttestationPolicy;
  /** Who is told what happens to the rollout. */
  readonly notify?: readonly NotifyTarget[];
  /** What follows the registry elsewhere. */
  readonly mirror?: MirrorSettings;
}
