import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evidenceOf } from './told-plans.ts';
import { checkOf } from './planted-log.ts';

/** Errors of one version in some requests, each of another user. */
interface Told {
  readonly baseline: readonly [errors: number, requests: number];
  readonly candidate: readonly [errors: number, requests: number];
}

// Crook, Frasca, Kohavi and Longbotham 2009: a ramp from 1% on Friday to half of all users on Saturday.
const friday: Told = { baseline: [20_000, 990_000], candidate: [230, 10_000] };
const saturday: Told = { baseline: [5_000, 500_000], candidate: [6_000, 500_000] };

/** The row of one version alone. */
function aloneOf(role: keyof Told, told: Told, segment: string): string[] {
  return rowsOf('error_rate', told, segment).filter((text) => text.includes(role));
}

function mirrored({ baseline, candidate }: Told): Told {
  return { baseline: candidate, candidate: baseline };
}

function together(days: readonly Told[]): Told {
  const sumOf = (role: keyof Told) =>
    days.reduce<[number, number]>(([e, n], { [role]: [errors, all] }) => [e + errors, n + all], [0, 0]);
  return { baseline: sumOf('baseline'), candidate: sumOf('candidate') };
}

function rowsOf(metric: string, { baseline, candidate }: Told, segment = ''): string[] {
  const row = (role: string, [events, requests]: readonly [number, number]) =>
    `${metric},${role},${events / requests},${requests},${requests},,${segment}`;
  return [row('baseline', baseline), row('candidate', candidate)];
}

async function evaluated(days: readonly Told[], guardrail: string, metric = 'error_rate'): Promise<Evidence> {
  const rows = days.flatMap((day, index) => rowsOf(metric, day, `day=d${index}`));
  // The share of the candidate is no matter here.
  const plan = { checks: '{ sampleRatio: warn }' };
  return await evidenceOf([...rowsOf(metric, together(days)), ...rows], { guardrails: [guardrail], plan });
}

const increase = '{ metric: error_rate, maxIncrease: 0.1pp }';

describe('a ramp whose days all say the opposite of its total', () => {
  test('does not pass a candidate that is worse on each of them', async () => {
    const { verdict, guardrails, checks } = await evaluated([friday, saturday], increase);
    expect(verdict.decision).toBe('hold');
    expect(guardrails[0]?.reason).toContain('every day changed in the other direction (d0 +0.28 pp, d1 +0.20 pp)');
    expect(checkOf({ checks }, 'segment mix').detail).toContain('but by +0.24 pp with the same mix');
    expect(checkOf({ checks }, 'segments').detail).toContain('worsens for day=d1 by +0.20 pp');
  });

  test('rolls no candidate back that is better on each of them', async () => {
    const { verdict, guardrails } = await evaluated([friday, saturday].map(mirrored), increase);
    expect([verdict.decision, guardrails[0]?.status]).toEqual(['hold', 'inconclusive']);
  });

  test('is no less one where only one of its days is told, and the others are what is left of the whole', async () => {
    const rows = [...rowsOf('error_rate', together([friday, saturday])), ...rowsOf('error_rate', friday, 'day=fri')];
    const plan = { checks: '{ sampleRatio: warn }' };
    const { verdict, guardrails } = await evidenceOf(rows, { guardrails: [increase], plan });
    expect(verdict.decision).toBe('hold');
    expect(guardrails[0]?.reason).toContain(
      'every day changed in the other direction (fri +0.28 pp, all others +0.20 pp)',
    );
    const mirror = [mirrored(friday), mirrored(saturday)] as const;
    const better = [...rowsOf('error_rate', together(mirror)), ...rowsOf('error_rate', mirror[0], 'day=fri')];
    expect((await evidenceOf(better, { guardrails: [increase], plan })).verdict.decision).toBe('hold');
  });

  test('rolls none back either where more is better', async () => {
    const guardrail = '{ metric: accuracy, maxDecrease: 0.1pp }';
    const { verdict } = await evaluated([friday, saturday], guardrail, 'accuracy');
    expect(verdict.decision).toBe('hold');
  });

  test('decides nothing as observed or relative to the baseline either', async () => {
    const point = await evaluated([friday, saturday], '{ metric: error_rate, maxIncrease: 0.1pp, test: point }');
    const relative = await evaluated([friday, saturday], '{ metric: error_rate, maxIncrease: 5% }');
    expect([point.guardrails[0]?.status, relative.guardrails[0]?.status]).toEqual(['inconclusive', 'inconclusive']);
  });
});

test('a total decides nothing where each of its days has one version alone', async () => {
  const whole: Told = { baseline: [5_000, 500_000], candidate: [6_000, 500_000] };
  for (const told of [whole, mirrored(whole)]) {
    const alone = [...aloneOf('baseline', told, 'day=mon'), ...aloneOf('candidate', told, 'day=tue')];
    const rows = [...rowsOf('error_rate', told), ...alone];
    const plan = { checks: '{ sampleRatio: warn }' };
    const { verdict, guardrails } = await evidenceOf(rows, { guardrails: [increase], plan });
    expect([verdict.decision, guardrails[0]?.status]).toEqual(['hold', 'inconclusive']);
    expect(guardrails[0]?.reason).toContain('no day has both versions, so a difference by day would look the same');
  }
});

test('nor where all but a few of its requests are of days with one version alone', async () => {
  const whole: Told = { baseline: [5_000, 500_000], candidate: [6_000, 500_000] };
  const few: Told = { baseline: [50, 5_000], candidate: [60, 5_000] };
  const rest: Told = { baseline: [4_950, 495_000], candidate: [5_940, 495_000] };
  for (const turn of [(told: Told) => told, mirrored]) {
    const alone = [...aloneOf('baseline', turn(rest), 'day=tue'), ...aloneOf('candidate', turn(rest), 'day=wed')];
    const rows = [...rowsOf('error_rate', turn(whole)), ...rowsOf('error_rate', turn(few), 'day=mon')];
    const plan = { checks: '{ sampleRatio: warn }' };
    const { verdict, guardrails } = await evidenceOf([...rows, ...alone], { guardrails: [increase], plan });
    expect([verdict.decision, guardrails[0]?.status]).toEqual(['hold', 'inconclusive']);
    expect(guardrails[0]?.reason).toContain('only 1.00% of a version’s requests are of a day with both');
  }
});

test('nor where nothing tells how many requests are of such days', async () => {
  const whole: Told = { baseline: [5_000, 500_000], candidate: [4_000, 500_000] };
  const days = [
    'baseline,1%,,,,day=mon',
    'candidate,1%,,,,day=mon',
    'baseline,1%,,,,day=tue',
    'candidate,1%,,,,day=wed',
  ].map((row) => `error_rate,${row}`);
  const { guardrails } = await evidenceOf([...rowsOf('error_rate', whole), ...days], { guardrails: [increase] });
  expect(guardrails[0]?.status).toBe('inconclusive');
  expect(guardrails[0]?.reason).toContain('nothing tells how many requests are of a day with one version alone');
});

test('a day before the candidate had traffic does not keep the days of both from deciding', async () => {
  const both: Told = { baseline: [5_000, 500_000], candidate: [6_000, 500_000] };
  const before = aloneOf('baseline', { baseline: [9_000, 900_000], candidate: [0, 1] }, 'day=fri');
  const whole = rowsOf('error_rate', { baseline: [14_000, 1_400_000], candidate: [6_000, 500_000] });
  const rows = [...whole, ...rowsOf('error_rate', both, 'day=sat'), ...before];
  const plan = { checks: '{ sampleRatio: warn }' };
  expect((await evidenceOf(rows, { guardrails: [increase], plan })).verdict.decision).toBe('rollback');
});

test('days without their total say that it is missing', async () => {
  const rows = rowsOf('error_rate', { baseline: [5_000, 500_000], candidate: [6_000, 500_000] }, 'day=sat');
  const { verdict, guardrails } = await evidenceOf(rows, { guardrails: [increase] });
  expect([verdict.decision, guardrails[0]?.status]).toEqual(['hold', 'uncomputable']);
  expect(guardrails[0]?.reason).toContain('the numbers have no error_rate of the candidate but by day; add its total');
});

test('a total that breaches is an alarm, and no proof, where the shares of users are not those of the weight', async () => {
  const whole = rowsOf('error_rate', mirrored(together([friday, saturday])));
  const { verdict, guardrails } = await evidenceOf(whole, { guardrails: [increase] });
  expect(guardrails[0]?.status).toBe('breach');
  expect(verdict).toMatchObject({ decision: 'hold', alarm: true });
  expect(verdict.reasons[0]).toMatch(/^ALARM: error_rate changed by .* the check sample ratio/u);
});

test('a total that passes does not where the same mix of days on both sides is beyond the bound', async () => {
  const better: Told = { baseline: [20_000, 990_000], candidate: [200, 10_000] };
  const { guardrails } = await evaluated([better, saturday], '{ metric: error_rate, maxIncrease: 0.05pp }');
  expect(guardrails[0]).toMatchObject({ status: 'inconclusive' });
  expect(guardrails[0]?.reason).toContain('with the same mix of day on both sides it changed by +0.090 pp');
});

test('a total that its days bear out is decided', async () => {
  const even: Told = { baseline: [5_000, 500_000], candidate: [4_900, 500_000] };
  const worse: Told = { baseline: [5_000, 500_000], candidate: [6_000, 500_000] };
  expect((await evaluated([even, even], increase)).verdict.decision).toBe('increase');
  expect((await evaluated([worse, worse], increase)).verdict.decision).toBe('rollback');
});

async function sized(units: readonly [number, number]) {
  const rows = [`error_rate,baseline,1%,90000,${units[0]},,`, `error_rate,candidate,1%,90000,${units[1]},,`];
  return checkOf(await evidenceOf(rows, { guardrails: [increase] }), 'sample ratio');
}

describe('the share of users that numbers tell', () => {
  test('is held against the weight', async () => {
    expect(await sized([9_000, 1_000])).toMatchObject({ status: 'pass' });
    expect(await sized([9_000, 1_400])).toMatchObject({ status: 'hold' });
  });
});
