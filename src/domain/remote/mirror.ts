import type { FromEnvironment } from './secret.ts';

/** Aliases of canary's registry that another registry can show under a name of its own. */
export const mirroredAliases = ['stable', 'canary'] as const;
export type MirroredAlias = (typeof mirroredAliases)[number];

/** A registered model of MLflow that shows what canary's registry says. The file registry stays the record. */
export interface MlflowMirror {
  /** Address of the tracking server, without a trailing slash. */
  readonly url: string;
  /** Name of the registered model. */
  readonly model: string;
  /** Alias of canary's registry to alias in MLflow; those that are left out are not written. */
  readonly aliases: Readonly<Partial<Record<MirroredAlias, string>>>;
  /** Bearer token. */
  readonly token?: FromEnvironment;
}

/** Other registries that follow this one. */
export interface MirrorSettings {
  readonly mlflow: MlflowMirror;
}
