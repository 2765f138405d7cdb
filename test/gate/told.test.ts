import { describe, expect, test } from 'vitest';
import { checksOf, evidenceOf, statusOf } from './told-plans.ts';

describe('test: point decides on the numbers', () => {
  test.each([
    ['{ metric: latency.p95, max: 120ms, test: point }', ['latency.p95,candidate,120ms,,,,'], 'pass'],
    ['{ metric: latency.p95, max: 120ms, test: point }', ['latency.p95,candidate,120.1ms,,,,'], 'breach'],
    ['{ metric: error_rate, max: 0.8%, test: point }', ['error_rate,candidate,0.9%,,,,'], 'breach'],
    ['{ metric: auc, maxDecrease: 1pp, test: point }', ['auc,candidate,0.91,,,,', 'auc,baseline,0.915,,,,'], 'pass'],
    [
      '{ metric: latency.mean, maxIncrease: 10%, test: point }',
      ['latency.mean,candidate,112ms,,,,', 'latency.mean,baseline,100ms,,,,'],
      'breach',
    ],
    ['{ metric: error_rate, maxIncrease: 0.2pp, test: point }', ['error_rate,candidate,0.5%,,,,'], 'uncomputable'],
    [
      '{ metric: error_rate, maxIncrease: 10%, test: point }',
      ['error_rate,candidate,0.5%,,,,', 'error_rate,baseline,0%,,,,'],
      'uncomputable',
    ],
    ['{ metric: error_rate, max: 0.8%, test: point }', ['latency.p95,candidate,1ms,,,,'], 'uncomputable'],
  ])('%s of %j: %s', async (guardrail, rows, expected) => {
    expect((await statusOf(rows, guardrail))[0]).toBe(expected);
  });
});

describe('test: interval decides where count and variance allow it', () => {
  test.each([
    ['{ metric: error_rate, max: 0.8% }', ['error_rate,candidate,0.3%,20000,20000,,'], 'pass', 'and at worst'],
    ['{ metric: error_rate, max: 0.8% }', ['error_rate,candidate,3%,4000,4000,,'], 'breach', 'and at best'],
    [
      '{ metric: error_rate, max: 0.8% }',
      ['error_rate,candidate,0.55%,4000,4000,,'],
      'inconclusive',
      'take the numbers again when more requests were served',
    ],
    [
      '{ metric: error_rate, max: 0.8% }',
      ['error_rate,candidate,0.3%,,,,'],
      'uncomputable',
      'the numbers do not say how many requests the candidate had',
    ],
    ['{ metric: error_rate, max: 0.8% }', ['error_rate,candidate,0.3%,20000,40,,'], 'inconclusive', ''],
    [
      '{ metric: latency.mean, maxIncrease: 5ms }',
      ['latency.mean,candidate,61ms,20000,20000,900ms2,', 'latency.mean,baseline,60ms,20000,20000,900ms2,'],
      'pass',
      '',
    ],
    [
      '{ metric: latency.mean, maxIncrease: 5ms }',
      ['latency.mean,candidate,61ms,20000,20000,0.0009s2,', 'latency.mean,baseline,60ms,20000,20000,,'],
      'uncomputable',
      "the numbers do not say the variance of the baseline's latency.mean",
    ],
    [
      '{ metric: latency.mean, maxIncrease: 5% }',
      ['latency.mean,candidate,70ms,20000,20000,900ms2,', 'latency.mean,baseline,60ms,20000,20000,900ms2,'],
      'breach',
      '',
    ],
    [
      '{ metric: latency.p95, max: 120ms }',
      ['latency.p95,candidate,100ms,20000,20000,900ms2,'],
      'uncomputable',
      'the interval of a percentile needs the times themselves; write test: point, or name a log',
    ],
    [
      '{ metric: macro_f1, min: 50% }',
      ['macro_f1,candidate,90%,20000,20000,,'],
      'uncomputable',
      'write test: point, or name a log',
    ],
    [
      '{ metric: accuracy, maxDecrease: 1pp }',
      ['accuracy,candidate,90%,20,20,,', 'accuracy,baseline,90%,20,20,,'],
      'inconclusive',
      'effective users',
    ],
  ])('%s of %j: %s', async (guardrail, rows, status, reason) => {
    const found = await statusOf(rows, guardrail);
    expect(found).toEqual([status, expect.stringContaining(reason)]);
  });

  test('requests whose users nobody tells are no evidence of their own, unless the numbers say so', async () => {
    const guardrail = '{ metric: error_rate, max: 0.8% }';
    const [status, reason] = await statusOf(['error_rate,candidate,0.3%,20000,,,'], guardrail);
    expect(status).toBe('uncomputable');
    expect(reason).toContain('write units, or independent: true where each request is of another user');
    const number = '{ metric: error_rate, version: candidate, value: 0.3%, count: 20000, independent: true }';
    const said = { guardrails: [guardrail], requests: `{ format: aggregates, numbers: [${number}] }` };
    const evidence = await evidenceOf([], said);
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(evidence.checks.find(({ name }) => name === 'independence')).toMatchObject({ status: 'pass' });
  });

  test('independent in a table of numbers is true or false', async () => {
    const files = { 'numbers.csv': 'metric,version,value,count,independent\nerror_rate,candidate,0.3%,20000,yes\n' };
    await expect(evidenceOf([], { guardrails: ['{ metric: error_rate, max: 1% }'], files })).rejects.toMatchObject({
      exitCode: 5,
      diagnostics: [{ message: 'independent: yes is neither true nor false' }],
    });
  });

  test('a mean may hide requests that took as long as a version is waited for', async () => {
    const rows = ['latency.mean,candidate,61ms,2000,2000,1ms2,', 'latency.mean,baseline,60ms,2000,2000,1ms2,'];
    expect((await statusOf(rows, '{ metric: latency.mean, maxIncrease: 5ms }'))[0]).toBe('inconclusive');
  });

  test('a number is there also where nothing tells how certain it is', async () => {
    const { guardrails, verdict } = await evidenceOf(['latency.p95,candidate,100ms,,,,'], {
      guardrails: ['{ metric: latency.p95, max: 120ms }'],
    });
    expect(guardrails[0]).toMatchObject({ value: 100, status: 'uncomputable' });
    expect(verdict).toMatchObject({ decision: 'hold', exitCode: 3 });
  });
});

describe('segments', () => {
  const rows = [
    'accuracy,baseline,90%,20000,20000,,',
    'accuracy,candidate,90%,20000,20000,,',
    'accuracy,baseline,90%,5000,5000,,locale=de',
    'accuracy,candidate,80%,5000,5000,,locale=de',
    'error_rate,candidate,0%,5000,5000,,locale=fr',
  ];

  test('are judged each on its own, and one without a number is no pass', async () => {
    const guardrails = ['{ metric: accuracy, maxDecrease: 2pp, segments: [locale] }'];
    const evidence = await evidenceOf(rows, { guardrails });
    expect(evidence.guardrails.map(({ segment, status }) => [segment, status])).toEqual([
      [null, 'pass'],
      [{ locale: 'de' }, 'breach'],
      [{ locale: 'fr' }, 'uncomputable'],
    ]);
    expect(evidence.guardrails[2]?.reason).toContain('the numbers have no accuracy of the candidate for locale=fr');
  });

  test('auto judges every one that is told', async () => {
    const guardrails = ['{ metric: accuracy, maxDecrease: 2pp, segments: auto }'];
    const evidence = await evidenceOf(rows, { guardrails });
    expect(evidence.guardrails.map(({ status }) => status)).toEqual(['pass', 'breach', 'uncomputable']);
    await expect(evidenceOf(rows.slice(0, 2), { guardrails })).rejects.toMatchObject({ exitCode: 5 });
  });

  test('that no number has are refused, since nothing would be judged', async () => {
    const guardrails = ['{ metric: accuracy, maxDecrease: 2pp, segments: [device] }'];
    await expect(evidenceOf(rows, { guardrails })).rejects.toMatchObject({
      exitCode: 5,
      message: 'No number has a segment of device, which the guardrail on accuracy names',
    });
  });
});

describe('checks', () => {
  const point = ['{ metric: error_rate, max: 1%, test: point }'];

  test('an amount of data that nobody asked for need not be told', async () => {
    expect(await checksOf(['error_rate,candidate,0.1%,,,,'], { guardrails: point })).toEqual({
      rollout: 'pass',
      minRequests: 'not-applicable',
      minUnits: 'not-applicable',
      rejected: 'not-applicable',
      window: 'not-applicable',
      coverage: 'not-applicable',
      selection: 'not-applicable',
      independence: 'not-applicable',
      parity: 'not-applicable',
      labels: 'not-applicable',
      stability: 'not-applicable',
      'sample ratio': 'not-applicable',
      segments: 'not-applicable',
      'segment mix': 'not-applicable',
    });
  });

  test('one that the plan asks for has to be', async () => {
    const stage = ', minRequests: 500, minUnits: 50, minDuration: 1h';
    const checks = await checksOf(['error_rate,candidate,0.1%,400,,,'], { guardrails: point, stage });
    expect(checks).toMatchObject({ minRequests: 'hold', minUnits: 'hold', window: 'hold' });
    const told = await checksOf(['error_rate,candidate,0.1%,500,50,,'], { guardrails: point, stage });
    expect(told).toMatchObject({ minRequests: 'pass', minUnits: 'pass' });
  });

  test.each([
    ['{ minDuration: 2h }', 'hold'],
    ['{ action: warn }', 'warn'],
    ['hold', 'hold'],
  ])('a time that the plan asks for of every stage has to be told too: window: %s', async (window, status) => {
    const plan = { guardrails: point, plan: { checks: `{ window: ${window} }` } };
    expect(await checksOf(['error_rate,candidate,0.1%,,,,'], plan)).toMatchObject({ window: status });
  });

  test('hours and segments to cover are not covered', async () => {
    const plan = { guardrails: point, plan: { coverage: '{ hours: [8, 20] }' } };
    expect(await checksOf(['error_rate,candidate,0.1%,,,,'], plan)).toMatchObject({ coverage: 'hold' });
  });

  test('an interval on requests whose users are known assumes nothing, and there is none on others', async () => {
    const guardrails = ['{ metric: error_rate, max: 1% }'];
    expect(await checksOf(['error_rate,candidate,0.1%,9000,,,'], { guardrails })).toMatchObject({
      independence: 'not-applicable',
    });
    const known = await checksOf(['error_rate,candidate,0.1%,9000,3000,,'], { guardrails });
    expect(known).toMatchObject({ independence: 'not-applicable' });
  });
});
