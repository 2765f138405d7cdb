import { printableName, printableSentence } from '../words/printable.ts';
import { fields, page, paragraph, section, type Style, symbolsOf } from '../words/style.ts';
import { verdictLine } from '../evidence/verdict-text.ts';
import { nextStepText } from './status-text.ts';

/** What `approve` did. */
export interface StageApproval {
  readonly model: string;
  readonly plan: string;
  /** The plan as the user named it, for the next command. */
  readonly planFile: string;
  readonly stage: string;
  readonly action: 'approve' | 'none';
  /** Why nothing was recorded. */
  readonly why?: string;
  /** Where nothing may be approved, since the candidate has to go or is out. */
  readonly verdict?: 'rollback';
  /** Who has approved, when and why; absent where nobody has. */
  readonly by?: string;
  readonly at?: string;
  readonly reason?: string;
  /** What the evidence holds for all the same, a clause each. */
  readonly waits?: readonly string[];
  readonly registryFile: string;
}

/** An approval as a person reads it: of what, whose it is, what is still waited for, and what comes next. */
export function approvalText(approval: StageApproval, style: Style): string {
  const { model, plan, stage, action, why, verdict, by = '', at = '', reason, waits = [], registryFile } = approval;
  const subject = `${printableName(model)}: `;
  if (action === 'none') {
    const said = [paragraph(printableSentence(why ?? ''), style, '  ')];
    return page([
      section(`${subject}nothing to approve`, said, style),
      verdict === undefined ? '' : verdictLine(verdict, style),
    ]);
  }
  const facts = [
    ['rollout', printableName(plan)],
    ['approved', `by ${printableName(by)} at ${printableName(at)}`],
    ...(reason === undefined ? [] : [['reason', printableSentence(reason)] as const]),
    ['registry', printableSentence(registryFile)],
  ] as const;
  const bullet = `  ${symbolsOf(style).bullet} `;
  return page([
    section(`${subject}stage ${printableName(stage)} may begin as far as people go`, [fields(facts, style)], style),
    section(
      'It waits all the same',
      waits.map((wait) => paragraph(printableSentence(wait), style, bullet)),
      style,
    ),
    nextStepText(
      {
        command: `canary evaluate ${approval.planFile}`,
        why: 'finds the approval; canary promote then enters the stage. A rollback, a step down or another plan ends it',
      },
      style,
    ),
  ]);
}
