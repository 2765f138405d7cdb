import { stringify } from 'yaml';

/** What a job of Kubernetes needs to replay a plan. */
export interface ReplayJob {
  /** Name of the plan. */
  readonly name: string;
  /** The plan's file in the image. */
  readonly plan: string;
  /** The stage whose requests are replayed; the first not yet entered where absent. */
  readonly stage?: string | undefined;
  /** An absolute path, at which the claim is mounted, or the URL of a bucket. */
  readonly store: string;
  readonly shards: number;
  readonly image: string;
}

/** The names of an index and of its pod are made from the job's, and have to fit into 63 characters. */
const longestName = 50;
const workPath = '/var/canary';

/** Where credentials of a bucket and the folder of a store come from in the cluster. */
export const jobSecret = 'canary-store';
export const jobClaim = 'canary-outcomes';

/**
 * A Job of batch/v1 with an index for each shard, as YAML. A pod that was evicted is replaced and does not count as a failure; what an index
 * replayed stands in the store, so that its next pod goes on from there.
 */
export function replayJobText(job: ReplayJob): string {
  const { name, shards } = job;
  const comment =
    `# Written by canary for ${name.replaceAll(/\s+/gu, ' ')}: ${shards} parts of a replay. The image holds canary, the plan, its registry and its models;\n` +
    '# canary replay PLAN --store STORE --prepare stores the requests first, and canary evaluate PLAN --store STORE judges when all are done.\n';
  const document = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: objectName(name) },
    spec: {
      completionMode: 'Indexed',
      completions: shards,
      parallelism: shards,
      backoffLimitPerIndex: 3,
      podFailurePolicy: {
        rules: [
          { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
          // A wrong command line or plan is wrong the next time as well.
          { action: 'FailIndex', onExitCodes: { containerName: 'canary', operator: 'In', values: [2] } },
        ],
      },
      template: { spec: podOf(job) },
    },
  };
  return comment + stringify(document, { lineWidth: 0 });
}

function podOf({ plan, stage, store, shards, image }: ReplayJob): object {
  const isFolder = store.startsWith('/');
  const stageOption = stage === undefined ? '' : ' --stage "$3"';
  const script = `exec canary --work ${workPath} replay "$0" --store "$1" --shard "$((JOB_COMPLETION_INDEX + 1))/$2"${stageOption}`;
  const container = {
    name: 'canary',
    image,
    command: ['sh', '-c', script, plan, store, String(shards), ...(stage === undefined ? [] : [stage])],
    ...(isFolder ? {} : { envFrom: [{ secretRef: { name: jobSecret, optional: true } }] }),
    resources: { requests: { cpu: '1', memory: '1Gi' } },
    volumeMounts: [
      { name: 'work', mountPath: workPath },
      ...(isFolder ? [{ name: 'outcomes', mountPath: store }] : []),
    ],
  };
  return {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    containers: [container],
    volumes: [
      { name: 'work', emptyDir: {} },
      ...(isFolder ? [{ name: 'outcomes', persistentVolumeClaim: { claimName: jobClaim } }] : []),
    ],
  };
}

/** A name that Kubernetes takes (RFC 1123): lower case letters, digits and hyphens. */
function objectName(plan: string): string {
  const words = plan.toLowerCase().replaceAll(/[^a-z0-9]+/gu, '-');
  return `canary-replay-${words}`.slice(0, longestName).replace(/-+$/u, '');
}
