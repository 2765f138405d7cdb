import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { metricNames, type MetricTraits, metricTraits, parseMetric } from '../../src/domain/metric.ts';

// `npx vitest -u run --config .config/vitest.config.ts test/plan/metric-names.test.ts` writes these lists anew.

const schemaFile = fileURLToPath(new URL('../../src/plan/rollout-plan.schema.json', import.meta.url));
const docsFile = fileURLToPath(new URL('../../docs/plan.md', import.meta.url));

/** The metrics of versions that answer with something, in the order of help. */
function namesOf(answers: MetricTraits['answers'], hasBaseline = true): string[] {
  return metricNames.filter((name) => {
    const metric = parseMetric(name);
    if (metric === undefined) throw new Error(`parseMetric in src/domain/metric.ts does not read ${name}`);
    const traits = metricTraits(metric);
    return traits.answers === answers && traits.hasBaseline === hasBaseline;
  });
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function replaced(text: string, part: RegExp, by: string): string {
  expect(text).toMatch(part);
  return text.replace(part, () => by);
}

test('editors offer the metrics that exist, and explain which of them a model has', async () => {
  const text = readFileSync(schemaFile, 'utf8');
  // A name with a part of the plan's own, such as recall(LABEL), is a pattern.
  const offered = metricNames.filter((name) => !/[A-Z]/u.test(name)).map((name) => `                "${name}"`);
  const list = /(?<="enum": \[\n)(?: {16}"[^"]+",?\n)*? {16}"latency\.mean",\n(?: {16}"[^"]+",?\n)+/u;
  const explained = `Of any version ${listed(namesOf('anything'))}; of a classification ${listed(namesOf('labels'))}, of one of two labels ${listed(namesOf('two labels'))} too; of a regression ${listed(namesOf('numbers'))}; of both versions ${namesOf('labels', false).join(' and ')}.`;
  const sentence = /(?<="What is bounded\. )Of any version [^"]*?of both versions [a-z_ ]+\./u;
  const written = replaced(replaced(text, list, `${offered.join(',\n')}\n`), sentence, explained);
  await expect(written).toMatchFileSnapshot(schemaFile);
});

test('the page about plans lists the metrics of classifications and regressions', async () => {
  let text = readFileSync(docsFile, 'utf8');
  for (const [of, answers, before = ''] of [
    ['a classification', 'labels'],
    ['one of two labels', 'two labels', 'also '],
    ['a regression', 'numbers'],
  ] as const) {
    const row = new RegExp(String.raw`(?<=^\| ${of} +\| )[^|]*(?= \|$)`, 'mu');
    const width = row.exec(text)?.[0].length ?? 0;
    const names = namesOf(answers).map((name) => `\`${name}\``);
    text = replaced(text, row, `${before}${names.join(', ')}`.padEnd(width));
  }
  await expect(text).toMatchFileSnapshot(docsFile);
});
