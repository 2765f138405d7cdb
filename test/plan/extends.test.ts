import { describe, expect, test } from 'vitest';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import { parse, parsed, problems, shortPlan } from './plan-text.ts';

const plan = `extends: ../defaults.yaml\n${shortPlan}`;

const defaults = `statistics: { confidence: 0.99 }
replay: { timeout: 5s, batch: 32 }
coverage: { segments: { locale: [de-DE] } }
requests: { segments: { locale: context.locale } }
guardrails:
  - { metric: latency.p95, max: 120ms }
  - { metric: accuracy, maxDecrease: 3pp }
`;

test('maps merge deeply and the plan wins', () => {
  const { plan: merged } = parsed(`${plan}replay: { batch: 8 }\n`, { '../defaults.yaml': defaults });
  expect(merged.statistics).toEqual({ confidence: 0.99, inference: 'sequential' });
  expect(merged.replay).toMatchObject({ batch: 8, timeoutMs: 5000 });
  expect(merged.requests).toMatchObject({ source: ['requests.jsonl'], segments: { locale: 'context.locale' } });
});

test("the base's guardrails come first, and the plan's replace those on the same metric", () => {
  const { plan: merged } = parsed(plan, { '../defaults.yaml': defaults });
  expect(merged.guardrails.map(({ metric, bounds }) => [metric.id, bounds[0]?.value])).toEqual([
    ['latency.p95', 120],
    ['accuracy', 0.01],
  ]);
});

test("a plan without guardrails of its own has the base's", () => {
  const bare = plan.replace(/^guardrails.*\n/mu, '');
  expect(parsed(bare, { '../defaults.yaml': defaults }).plan.guardrails).toHaveLength(2);
});

test("the plan's stages replace the base's", () => {
  const base = 'stages: [{ name: a, weight: 0 }, { name: b, weight: 1 }]\n';
  expect(parsed(plan, { '../defaults.yaml': base }).plan.stages.map(({ name }) => name)).toEqual(['full']);
});

test('a base may extend another, whose path is relative to it', () => {
  const bases = {
    '../defaults.yaml': 'extends: org/base.yaml\nreplay: { batch: 16 }\n',
    '../org/base.yaml': 'replay: { batch: 8, seed: 3 }\n',
  };
  expect(parsed(plan, bases).plan.replay).toMatchObject({ batch: 16, seed: 3 });
});

test('a chain of bases that has no end in sight is refused', () => {
  const names = Array.from({ length: 20_000 }, (_, index) => `../${index}.yaml`);
  const bases = Object.fromEntries(names.map((name, index) => [name, `extends: ${index + 1}.yaml\n`]));
  const found = problems(`extends: ../0.yaml\n${shortPlan}`, bases);
  expect(found.join('\n')).toContain('more than 100 files extend each other');
});

describe('what is wrong in a base', () => {
  test('is found in the base file, after what is wrong in the plan', () => {
    const base = 'replay: { batch: 0 }\nguardrails:\n  - { metric: latency.p95, max: 120 }\njugde: all\n';
    expect(problems(plan.replace('weight: 1', 'weight: 100'), { '../defaults.yaml': base })).toEqual([
      'rollouts/a.yaml:10:32 weight: 100 is not a fraction; write 1 or 100%',
      'defaults.yaml:1:18 batch: 0 is below 1; write batch: 64',
      'defaults.yaml:3:33 max: 120 has no unit; write 120ms or 120s',
      'defaults.yaml:4:1 unknown key jugde; did you mean judge?',
    ]);
  });

  test.each([
    ['', 'extends: ../defaults.yaml holds nothing; write a key in it, such as guardrails:, or delete the line'],
    [
      '# only a comment\n---\n',
      'extends: ../defaults.yaml holds nothing; write a key in it, such as guardrails:, or delete the line',
    ],
    [
      '- metric: accuracy\n',
      'extends: ../defaults.yaml is not a part of a plan: it has no keys; write a key in it, such as guardrails:, or delete the line',
    ],
    [
      'guardrails',
      'extends: ../defaults.yaml is not a part of a plan: it has no keys; write a key in it, such as guardrails:, or delete the line',
    ],
    [
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 1234\n',
      'extends: ../defaults.yaml is a Git LFS pointer, not the file; run git lfs pull',
    ],
  ])('is that it holds no keys: %j', (base, problem) => {
    expect(problems(plan, { '../defaults.yaml': base })).toEqual([`rollouts/a.yaml:1:10 ${problem}`]);
  });

  test('is an extends of its own that names no file', () => {
    expect(problems(plan, { '../defaults.yaml': 'extends: [a.yaml]\nreplay: { batch: 8 }\n' })).toEqual([
      'defaults.yaml:1:10 extends: names no file; write the path of one file, relative to this file',
    ]);
  });

  test("is guardrails that are no list, although the plan's own are one", () => {
    expect(problems(plan, { '../defaults.yaml': 'guardrails: { metric: accuracy, maxDecrease: 1pp }\n' })).toHaveLength(
      1,
    );
  });

  test('includes its syntax', () => {
    expect(problems(plan, { '../defaults.yaml': 'replay: {\n' })[0]).toMatch(/^defaults\.yaml:2:1 not valid YAML/u);
  });

  test('carries the text of its line', () => {
    const result = parse(plan, { '../defaults.yaml': '\nreplay: { batch: 0 }\n' });
    expect(result.ok ? [] : result.diagnostics.map(({ lineText }) => lineText)).toEqual(['replay: { batch: 0 }']);
  });
});

test('a base that cannot be read is a finding at its name, beside all others', () => {
  expect(problems(plan.replace('weight: 1', 'weight: 100'))).toEqual([
    'rollouts/a.yaml:1:10 extends: ../defaults.yaml cannot be read: ../defaults.yaml does not exist; correct the path, which is relative to this file',
    'rollouts/a.yaml:10:32 weight: 100 is not a fraction; write 1 or 100%',
  ]);
});

test('a plan that extends itself', () => {
  expect(problems(plan.replace('../defaults.yaml', 'a.yaml'))).toEqual([
    'rollouts/a.yaml:1:10 extends: a.yaml extends itself (rollouts/a.yaml -> rollouts/a.yaml); remove one extends from the circle',
  ]);
});

test('bases that extend each other', () => {
  const bases = { '../defaults.yaml': 'extends: other.yaml\n', '../other.yaml': 'extends: defaults.yaml\n' };
  expect(problems(plan, bases)).toEqual([
    'other.yaml:1:10 extends: defaults.yaml extends itself (rollouts/a.yaml -> defaults.yaml -> other.yaml -> defaults.yaml); remove one extends from the circle',
  ]);
});

test('a bug in the reader of bases is not taken for a missing file', () => {
  expect(() => parsePlan({ path: 'rollouts/a.yaml', text: plan, readBase: failingReader })).toThrow(TypeError);
});

function failingReader(): never {
  throw new TypeError('a bug');
}
