import { expect, test } from 'vitest';
import { planDigestInput } from '../../../src/plan/parse-plan.ts';
import { asLine, parse, parsed, shortPlan } from '../plan-text.ts';

const prom = `format: prometheus, url: "http://prometheus:9090", versionLabel: v, series: { error_rate: { bad: b, total: t } }`;

/** A plan with these further sources, and a guardrail on one of them. */
function withSources(sources: string, guardrail = '{ metric: error_rate, max: 1%, source: prom }'): string {
  return shortPlan.replace('guardrails: [', `sources: { ${sources} }\nguardrails: [ ${guardrail},`);
}

/** Everything that is told of a plan, also where it is one. */
function problems(text: string): string[] {
  const result = parse(text);
  return (result.ok ? result.warnings : result.diagnostics).map(asLine);
}

function digestWith(keys: string): string {
  return planDigestInput(parsed(withSources(`prom: { ${prom}${keys} }`)).plan);
}

/** What is wrong with a guardrail on a cost that the source tells. */
function costProblems(keys: string): string {
  return problems(withSources(`prom: { ${prom} }`, `{ metric: kpi.cost, ${keys}, source: prom }`)).join('\n');
}

test('a guardrail on a further source is on another number than the same metric of the log', () => {
  const { plan } = parsed(withSources(`prom: { ${prom} }`));
  expect(plan.guardrails.map(({ metric, source }) => [metric.id, source])).toEqual([
    ['error_rate from prom', 'prom'],
    ['accuracy', undefined],
  ]);
  expect(plan.sources?.['prom']).toMatchObject({ name: 'prom', format: 'prometheus', settleMs: 300_000 });
});

test('a further source settles as the log does, unless it says otherwise', () => {
  const settling = withSources(`prom: { ${prom} }`).replace('requests: {', 'requests: { settle: 10m,');
  expect(parsed(settling).plan.sources?.['prom']?.settleMs).toBe(600_000);
  const own = settling.replace('versionLabel: v,', 'versionLabel: v, settle: 1m,');
  expect(parsed(own).plan.sources?.['prom']?.settleMs).toBe(60_000);
});

test('the secrets of a further source change no series of looks, and its address does', () => {
  expect(digestWith(', token: { env: A }')).toBe(digestWith(', token: { env: B }'));
  expect(digestWith(', window: 1h')).not.toBe(digestWith(', window: 2h'));
});

test.each([
  [
    'a log of requests',
    'prom: { source: other.jsonl }',
    '10:12 sources.prom does not say its format; write format: prometheus, cloudwatch or aggregates; the log of requests goes under requests',
  ],
  [
    'the log of a serving system',
    'prom: { format: kserve-logger, source: other.jsonl }',
    'format: a further source gives numbers per version, but kserve-logger does not; write format: prometheus, cloudwatch or aggregates; the log of requests goes under requests',
  ],
  [
    'a name that no metric could carry',
    `prom: { ${prom} }, "My Server": { ${prom} }`,
    'sources: My Server is not a name for a source; write small letters, digits and dashes, such as prom',
  ],
  [
    'a server without an address',
    `prom: { ${prom.replace('url: "http://prometheus:9090", ', '')} }`,
    'sources.prom.url is missing; write url: http://prometheus:9090',
  ],
  [
    'a token in the plan',
    `prom: { ${prom}, token: abc }`,
    'token is a secret, which must not be in a plan; write token: { env: PROM_TOKEN }',
  ],
  [
    'keys of records',
    `prom: { ${prom}, segments: { locale: a } }`,
    'segments is about records, but format: prometheus has none',
  ],
  [
    'a source that nobody asks',
    `prom: { ${prom} }, dash: { format: aggregates, source: a.csv }`,
    'sources.dash is not named by any guardrail, so nothing is judged on it; write source: dash in the guardrails that it should decide, or delete it',
  ],
])('%s is told what to write instead', (_title, sources, said) => {
  expect(problems(withSources(sources)).join('\n')).toContain(said);
});

test.each([
  ['a source that the plan has not', 'prometheus', 'source: the plan has no source prometheus; write one of prom'],
  ['the log by a name', 'log', 'source: the plan has no source log; write one of prom'],
])('%s', (_title, name, said) => {
  const guardrail = `{ metric: error_rate, max: 1%, source: prom }, { metric: latency.p95, max: 1s, source: ${name} }`;
  expect(problems(withSources(`prom: { ${prom} }`, guardrail)).join('\n')).toContain(said);
});

test('numbers per version have no cap and no trigger, whatever the log is', () => {
  expect(costProblems('max: 4, cap: 5')).toContain('numbers per version are already means');
  expect(costProblems('maxIncrease: 1%, trigger: answers-differ')).toContain(
    'numbers per version do not say on which requests',
  );
});

test('what is found is told once', () => {
  expect(problems(withSources('prom: { source: other.jsonl }'))).toHaveLength(1);
});
