import { commandLine, trafficText, printableName, printableSentence } from '../words/printable.ts';
import { page, paragraph, section, paintOf, type Style } from '../words/style.ts';

/** What became of a change at the router. */
export type ApplyOutcome = { readonly applied: true } | { readonly applied: false; readonly failure: string };

/** What `apply` did. */
export interface AppliedPlan {
  readonly model: string;
  readonly planFile: string;
  readonly traffic: Readonly<Record<string, number>>;
  readonly outcome: ApplyOutcome;
}

/** What `canary apply` did, as a person reads it. */
export function applyText({ model, planFile, traffic, outcome }: AppliedPlan, style: Style): string {
  const title = `${printableName(model)}: ${trafficText(traffic)}`;
  return page([section(title, [applyOutcomeText(outcome, planFile, style)], style)]);
}

/** Whether users notice the change, and what to do where they do not. */
export function applyOutcomeText(
  outcome: ApplyOutcome | undefined,
  planFile: string | undefined,
  style: Style,
): string {
  if (outcome === undefined) {
    const router = 'The registry is the record: a router must read the new weights from it before users notice.';
    return paragraph(router, style);
  }
  if (outcome.applied) return paragraph("Applied: the plan's commands have told the router.", style);
  const { bad } = paintOf(style);
  const again = commandLine('canary', 'apply', planFile ?? 'PLAN');
  return paragraph(`${bad('Not applied')}: ${printableSentence(outcome.failure)}. ${again} tries again.`, style);
}
