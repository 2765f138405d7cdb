import { holdsNumbers } from '../../domain/told-number.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import { cohortPhrase, judgedCohort, toldSize, printableName, printableSentence } from '../words/printable.ts';
import { summaryLines } from '../evidence/summary-lines.ts';
import { nextStep } from '../evidence/verdict-text.ts';

const reasonsShown = 3;
const mostReasons = 200;

/** The first screen: the verdict, why, and what to do next. */
export function VerdictSection({ evidence, planFile }: { readonly evidence: Evidence; readonly planFile: string }) {
  const { verdict, plan, inputs } = evidence;
  const reasons = verdict.reasons.slice(0, mostReasons).map((reason) => <li>{printableSentence(reason)}</li>);
  const { command, effect } = nextStep(evidence, planFile);
  const model = plan.model === undefined ? printableName(plan.name) : printableName(plan.model);
  return (
    <header class={`verdict ${verdict.decision}`}>
      <div class="wide">
        <p class="subject">
          {model} {printableName(inputs.baseline.version)} → {printableName(inputs.candidate.version)}
        </p>
        <h1>
          Verdict: <strong>{verdict.decision.toUpperCase()}</strong>
        </h1>
        <div class="summary">
          {summaryLines(evidence).map((line) => (
            <p>{line}</p>
          ))}
        </div>
        <ul class="reasons">{reasons.slice(0, reasonsShown)}</ul>
        {reasons.length > reasonsShown && (
          <details>
            <summary>{countOf(verdict.reasons.length - reasonsShown, 'more reason')}</summary>
            <ul class="reasons">{reasons.slice(reasonsShown)}</ul>
          </details>
        )}
        <p class="next">
          Next: <code>{command}</code>
          <br />
          {effect}
        </p>
        <Facts evidence={evidence} />
      </div>
    </header>
  );
}

function Facts({ evidence }: { readonly evidence: Evidence }) {
  const { stage, cohorts, comparisons, createdAt, inputs } = evidence;
  const cohort = judgedCohort(comparisons);
  const size = cohorts.find(({ name }) => name === cohort);
  const exposed = stage.weight === 0 ? 'nobody exposed' : `${formatShare(stage.weight)} of users`;
  const facts = [
    ['Stage', `${printableName(stage.name)}: ${exposed}`],
    ['Look', `${stage.look} at this stage`],
    [
      `Judged on ${cohortPhrase(cohort)}`,
      size &&
        (holdsNumbers(inputs.format)
          ? toldSize(size)
          : `${countOf(size.units, 'user')}, ${countOf(size.requests, 'request')}`),
    ],
    ['Evaluated', `${createdAt.slice(0, 16).replace('T', ' ')} UTC`],
  ] as const;
  return (
    <dl class="facts">
      {facts.map(([name, text]) => (
        <div>
          <dt>{name}</dt>
          <dd>{text ?? 'unknown'}</dd>
        </div>
      ))}
    </dl>
  );
}
