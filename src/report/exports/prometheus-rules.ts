import { stringify } from 'yaml';

/** How old evidence may be before somebody should look, in hours: a nightly job that was left out twice. */
const oldHours = 48;

/** Alerts about a rollout's `.prom` reports, as a file of rules for Prometheus. @param plan its name */
export function prometheusRules(plan: string): string {
  const of = `plan=${JSON.stringify(plan)}`;
  const rules = [
    {
      alert: 'CanaryRollback',
      expr: `canary_verdict{${of},decision="rollback"} == 1`,
      labels: { severity: 'page' },
      annotations: {
        summary:
          '{{ $labels.candidate }} has to leave traffic: the verdict on stage {{ $labels.stage }} of {{ $labels.plan }} is rollback.',
      },
    },
    {
      alert: 'CanaryGuardrailBreached',
      expr: `canary_guardrail_status{${of},status="breach"} == 1`,
      labels: { severity: 'ticket' },
      annotations: { summary: '{{ $labels.metric }} of {{ $labels.candidate }} breaks {{ $labels.bound }}.' },
    },
    {
      alert: 'CanaryNotApplied',
      expr: `canary_router_applied{${of}} == 0`,
      labels: { severity: 'page' },
      annotations: {
        summary: 'The router has not got the last change of {{ $labels.plan }}; canary apply writes it again.',
      },
    },
    {
      alert: 'CanaryEvidenceOld',
      expr: `time() - canary_evaluation_timestamp_seconds{${of}} > ${oldHours * 3600}`,
      labels: { severity: 'ticket' },
      annotations: { summary: `{{ $labels.plan }} was not evaluated for ${oldHours} hours.` },
    },
  ];
  return stringify({ groups: [{ name: `canary-${plan}`, rules }] }, { lineWidth: 0 });
}
