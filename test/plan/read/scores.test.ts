import { describe, expect, it } from 'vitest';
import { starterRegistry } from '../../../src/gate/init/starter.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import type { ModelVersion } from '../../../src/domain/registry.ts';
import { parse, shortPlan } from '../plan-text.ts';

function planOf(scores: string, guardrail: string): string {
  return `${shortPlan.replace('accuracy, maxDecrease: 1pp', guardrail)}${scores === '' ? '' : `scores: ${scores}\n`}`;
}

function problemsOf(scores: string, guardrail = 'score.x, maxDecrease: 1%'): readonly string[] {
  const result = parse(planOf(scores, guardrail), { 'score.py': 'a' });
  return result.ok ? [] : result.diagnostics.map(({ message, hint }) => `${message}; ${hint ?? ''}`);
}

describe('a score that says too little, or two things, is refused with what to write', () => {
  it.each([
    [
      '{ x: { from: log, better: higher } }',
      'scores.x has no range, and an unbounded number has no honest interval; write the least and the largest value',
    ],
    [
      '{ x: { from: log, range: [0, 1] } }',
      'scores.x does not say which end of its range is better; write better: higher or better: lower',
    ],
    ['{ x: { from: log, range: [1, 0], better: higher } }', 'range: [1,0] is not a least and a largest value'],
    ['{ x: { range: [0, 1], better: higher } }', 'scores.x does not say where it comes from; write one of from: log'],
    ['{ x: { from: log, use: rouge_l, range: [0, 1] } }', 'scores.x says from and use'],
    ['{ x: { use: refusal } }', 'refusal has no pattern; write pattern:'],
    ['{ x: { use: refusal, pattern: "(" } }', 'the pattern is not a regular expression'],
    ['{ x: { use: json_valid, schema: gone.json } }', 'schema: gone.json cannot be used'],
    ['{ x: { module: gone.mjs, range: [0, 1], better: higher } }', 'module: gone.mjs cannot be read'],
    ['{ x: { use: rouge_l, range: [0, 5] } }', 'scores.x is always from 0 to 1; leave range out'],
    [
      '{ x: { from: log, range: [0, 1], better: higher, corrected: true } }',
      'nothing says what the judge is compared with; write truth: NAME',
    ],
    [
      '{ y: { from: log, range: [0, 1], better: higher } }',
      'metric: score.x is a score that the plan does not define; write score.y',
    ],
    ['', 'metric: score.x is a score that the plan does not define; write scores: { x:'],
  ])('%s', (scores, problem) => {
    expect(problemsOf(scores).join('\n')).toContain(problem);
  });

  it('a bound that looks the wrong way contradicts better', () => {
    const lower = '{ x: { from: log, range: [0, 1], better: lower } }';
    expect(problemsOf(lower)).toEqual([
      expect.stringContaining(
        'score.x gets worse by rising, which maxDecrease would never stop; write max: 1% or maxIncrease: 1pp',
      ),
    ]);
    expect(problemsOf(lower, 'score.x, maxIncrease: 1%')).toEqual([]);
  });

  it('a cost without prices', () => {
    expect(problemsOf('', 'cost, maxIncrease: 10%')).toEqual([
      expect.stringContaining('metric: cost needs to know what tokens cost'),
    ]);
  });
});

function lint(guardrail: string, version: Partial<ModelVersion>, scores = ''): string {
  const result = parse(planOf(scores, guardrail).replace('baseline: stable', 'baseline: 1.4.2'), {});
  if (!result.ok) throw new Error(JSON.stringify(result.diagnostics));
  const registry = starterRegistry('intent', '1.4.2', '1.5.0', ['a', 'b']);
  const versions = Object.fromEntries(
    Object.entries(registry.versions).map(([name, facts]) => [name, { ...facts, ...version }]),
  );
  const found = lintPlan({ plan: result.plan, positions: result.positions, registry: { ...registry, versions } });
  return found.map(({ severity, message, hint }) => `${severity} ${message}; ${hint ?? ''}`).join('\n');
}

describe('against the registry', () => {
  const text = { signature: { output: { kind: 'text' } } } as const;
  const helpful = '{ x: { from: log, range: [0, 1], better: higher } }';

  it('a score is of what the versions answer', () => {
    expect(lint('ndcg@10, maxDecrease: 1pp', text)).toContain(
      'error metric: ndcg@10 scores rankings, and 1.4.2 answers text; write a score of texts such as rouge_l',
    );
    expect(lint('rouge_l, maxDecrease: 1pp', { signature: { output: { kind: 'ranking' } } })).toContain(
      'scores texts, but 1.4.2 answers rankings; write ndcg@10',
    );
    expect(lint('accuracy, maxDecrease: 1pp', text)).toContain(
      'needs labels, and 1.5.0 answers text; write exact_match, rouge_l or a score of your own',
    );
  });

  it('a score of the log is of the answers in the log', () => {
    const artifact = { runtime: 'command', command: ['./serve'] } as const;
    expect(lint('score.x, maxDecrease: 1pp', { ...text, artifact }, helpful)).toContain(
      '(command) is replayed, which gives other answers; write command: [PROGRAM] instead of from: log in scores.x',
    );
  });

  it('a text without a guardrail on quality is told which scores would do, and nothing of accuracy', () => {
    const told = lint('error_rate, maxIncrease: 1pp', text);
    expect(told).toContain(
      'no guardrail on quality, so a candidate with worse answers would pass; of a text, write exact_match, contains, rouge_l or bleu where a label is known, or ask a judge',
    );
    expect(told).not.toContain('accuracy');
    expect(lint('score.x, maxDecrease: 1pp', text, helpful)).not.toContain('no guardrail on quality');
  });
});
