import { printableName, printableSentence } from '../words/printable.ts';
import { fields, page, paragraph, section, type Style } from '../words/style.ts';

/** What became of a sample that was sent to each target of a plan. */
export interface Tested {
  readonly plan: string;
  readonly planFile: string;
  readonly deliveries: readonly {
    readonly target: string;
    readonly form: string;
    readonly ok: boolean;
    readonly status?: number;
    readonly failure?: string;
  }[];
}

/** One line per target. */
export function testedText({ plan, planFile, deliveries }: Tested, style: Style): string {
  if (deliveries.length === 0) {
    return page([paragraph(`${printableSentence(planFile)} notifies nobody: write notify: [{ url, form }].`, style)]);
  }
  const pairs = deliveries.map(
    ({ target, form, ok, status, failure }) =>
      [`${target} ${form}`, ok ? `told (${status})` : printableSentence(failure ?? 'not told')] as const,
  );
  return page([section(`${printableName(plan)}: a test message`, [fields(pairs, style)], style)]);
}
