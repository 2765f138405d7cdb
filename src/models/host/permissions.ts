import { headerVariables } from '../../domain/endpoint.ts';
import { unusableFile } from '../../domain/errors.ts';
import type { ModelSpec } from '../../domain/outcome.ts';

/** What the person who runs canary lets a rollout's versions do. Nothing in a plan or a registry can widen it. */
export interface Permissions {
  /** Whether code of an artifact may be run, a program started and a server asked. */
  readonly run: boolean;
  /** Variables of the environment that headers and programs may use; those that headers name where absent. */
  readonly variables?: readonly string[];
  /** Hosts that may be asked, as `HOST` or `HOST:PORT`; any where absent. */
  readonly hosts?: readonly string[];
  /** Most bytes of an artifact's files together; `mostArtifactBytes` where absent. */
  readonly artifactBytes?: number;
  /** The environment that the variables are taken from. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Refuses a version that would do what it may not, before anything of it is used.
 * @throws UserError (exit 5) that names what it would do, and the option that allows it
 */
export function requirePermission(spec: ModelSpec, { run, hosts, variables }: Permissions): void {
  if (!run) {
    throw unusableFile(
      `Version ${spec.version} (${spec.runtime}) would have to run, but --no-run allows nothing to run`,
      {
        hint: 'Without running anything canary can judge outcomes in the log (runtime "recorded") and numbers of a dashboard. Replay other versions where their code is trusted.',
      },
    );
  }
  if (spec.runtime !== 'http') return;
  const { host, hostname } = new URL(spec.endpoint.url);
  if (hosts !== undefined && !hosts.includes(host) && !hosts.includes(hostname)) {
    throw unusableFile(`Version ${spec.version} is asked at ${host}, but no --allow-host names it`, {
      hint: `If that host may get the log's requests, add --allow-host ${host}`,
    });
  }
  const refused = headerVariables(spec.endpoint.headers ?? {}).filter((name) => variables?.includes(name) === false);
  if (refused.length > 0) {
    throw unusableFile(
      `The headers of version ${spec.version} send the environment's ${refused.join(', ')} to ${host}, but no --allow-env names it`,
      { hint: `If that host may know it, add ${refused.map((name) => `--allow-env ${name}`).join(' ')}` },
    );
  }
}

/** What any program needs to find its files and libraries, to speak a language and to use the machine; no secret has such a name. */
const everyProgramNeeds =
  /^(?:PATH|HOME|USER|LOGNAME|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TMP|TEMP|SystemRoot|windir|ComSpec|PATHEXT|APPDATA|LOCALAPPDATA|XDG_CACHE_HOME|NODE_OPTIONS|NODE_DISABLE_COMPILE_CACHE|NODE_EXTRA_CA_CERTS|SSL_CERT_(?:FILE|DIR)|(?:DY)?LD_LIBRARY_PATH|VIRTUAL_ENV|CONDA_PREFIX|PYTHON(?:PATH|HOME)|(?:OMP|MKL|OPENBLAS)_NUM_THREADS|CUDA_VISIBLE_DEVICES|NVIDIA_VISIBLE_DEVICES|TF_(?:CPP_MIN_LOG_LEVEL|ENABLE_ONEDNN_OPTS|NUM_INT(?:RA|ER)OP_THREADS|FORCE_GPU_ALLOW_GROWTH))$/u;

/**
 * The environment of a version's process: what every program needs, the variables that its headers name, and those that the
 * person who runs canary names for it. A job's tokens stay out of reach of what an artifact brings along.
 */
export function environmentOf(spec: ModelSpec, permissions: Permissions): Record<string, string> {
  return programEnvironment(permissions, spec.runtime === 'http' ? headerVariables(spec.endpoint.headers ?? {}) : []);
}

/** The environment of a program of a plan: what every program needs, and the variables that are named for it. */
export function programEnvironment(
  { environment, variables = [] }: Permissions,
  further: readonly string[] = [],
): Record<string, string> {
  const named = new Set([...variables, ...further]);
  const kept = Object.entries(environment).filter(([name]) => everyProgramNeeds.test(name) || named.has(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
