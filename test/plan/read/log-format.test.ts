import { describe, expect, test } from 'vitest';
import { logFormats } from '../../../src/domain/log/log-format.ts';
import { parsed, planWith, problems } from '../plan-text.ts';
import { testEach } from '../wrong-case.ts';

const source = '  source: ../requests/*.jsonl\n  fields: { unit: session.id }';
const withFormat = (format: string, rest: string) => `  format: ${format}\n  source: ../requests/*.jsonl\n${rest}`;

describe('the log of a serving system', () => {
  testEach([
    [
      'that knows no user needs to be told one',
      source,
      withFormat('sagemaker-capture', '  fields: { label: label }'),
      '12:3 requests.fields.unit is missing: SageMaker data capture does not record users; write fields: { unit: input.user_id }, or the path of whatever tells users apart; if each request is a user of its own, fields: { unit: eventMetadata.eventId }',
    ],
    [
      'has its own places for latency and errors',
      source,
      withFormat('inference-table', '  fields: { latency: ms }'),
      '12:13 latency is not read with format: inference-table, which has its own place for it or none; delete latency',
    ],
    [
      'may call every other name a version, which a record of several outcomes cannot',
      source,
      `${source}\n  versions: { "*": 1.5.0 }`,
      '12:15 * is not a key of outcomes; write the key under which the log has the version, or servedBy: if each record is of one version',
    ],
    [
      'is one of those that canary knows',
      source,
      withFormat('sagemaker', '  fields: { unit: a }'),
      `10:11 format: sagemaker is not one of the choices; write one of ${logFormats.join(', ')}, aggregates, prometheus, cloudwatch, sums`,
    ],
  ]);

  test('may not be filtered by a score that its records hold', () => {
    const filtered = withFormat('eval-runs', '  where: { helpful: 0.2 }');
    const plan = planWith(source, filtered).replace(
      'requests:',
      'scores: { helpful: { from: log, range: [0, 1], better: higher } }\nrequests:',
    );
    expect(problems(plan).join('\n')).toContain('how an answer was scored');
  });

  test('that knows its users needs no field at all', () => {
    expect(problems(planWith(source, withFormat('inference-table', '  versions: { 8a1f: stable }')))).toEqual([]);
  });

  test('keeps its own places where the plan names none', () => {
    const { requests } = parsed(
      planWith(source, withFormat('tf-serving', '  fields: { unit: user, prediction: class }')),
    ).plan;
    expect(requests.fields).toMatchObject({ unit: 'user', timestamp: 'time', answer: 'class' });
    expect(requests.fields.served).toBeUndefined();
  });
});
