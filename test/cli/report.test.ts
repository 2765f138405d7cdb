import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run, temporaryFolder } from './harness.ts';
import { baseline, candidate, edit, editRecords, evaluate, log, plan, planName, starter } from './starter.ts';

const evidence = join('.canary', planName, 'shadow', 'evidence.json');
const nothingWritten = { exitCode: 5, stdout: '' };

describe('canary report', () => {
  test('writes a report of each kind, named by its extension, and prints nothing', async () => {
    const folder = await starter('evaluated');
    const files = ['r.html', 'r.md', 'r.xml', 'r.csv', 'r.prom', 'r.emf.json', 'r.json'].map((name) =>
      join('out', name),
    );
    const result = await run(['report', evidence, '-o', ...files], { cwd: folder });
    expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect(readdirSync(join(folder, 'out')).toSorted()).toEqual(files.map((file) => file.slice(4)).toSorted());
    expect(readFileSync(join(folder, 'out', 'r.json'), 'utf8')).toBe(readFileSync(join(folder, evidence), 'utf8'));
  });

  test('without --output prints what evaluate printed', async () => {
    const folder = await starter();
    const evaluated = await run(['evaluate', plan], { cwd: folder });
    expect((await run(['report', evidence], { cwd: folder })).stdout).toBe(evaluated.stdout);
  });

  test('prints what --format asks for, and writes the same with --output', async () => {
    const folder = await starter('evaluated');
    const { stdout } = await run(['report', evidence, '--format', 'md'], { cwd: folder });
    await run(['report', evidence, '-o', 'r.md'], { cwd: folder });
    expect(stdout).toBe(readFileSync(join(folder, 'r.md'), 'utf8'));
    expect(stdout).toContain('Verdict: INCREASE');
  });

  test('finds the looks beside the evidence, and takes them where they are named', async () => {
    const folder = await starter();
    const whole = readFileSync(join(folder, log), 'utf8');
    editRecords(folder, (record, index) => (index < 1000 ? record : undefined));
    await evaluate(folder);
    writeFileSync(join(folder, log), whole);
    await evaluate(folder);
    const { stdout } = await run(['report', evidence, '--format', 'md'], { cwd: folder });
    expect(stdout).toContain('History: 2 looks');
    const looks = ['look-2.json', 'look-1.json'].map((name) => join('.canary', planName, 'shadow', name));
    expect((await run(['report', ...looks, '--format', 'md'], { cwd: folder })).stdout).toBe(stdout);
  });
});

test('evaluate --report writes reports of what it found', async () => {
  const folder = await starter();
  const { exitCode } = await run(['evaluate', plan, '--quiet', '--report', 'r.md', 'r.xml'], { cwd: folder });
  expect(exitCode).toBe(0);
  await run(['report', evidence, '-o', 'again.md', 'again.xml'], { cwd: folder });
  for (const extension of ['md', 'xml']) {
    expect(readFileSync(join(folder, `r.${extension}`), 'utf8')).toBe(
      readFileSync(join(folder, `again.${extension}`), 'utf8'),
    );
  }
});

/** A rollout whose candidate is newly wrong on the first request, and whose log holds inputs. */
async function withInputs(): Promise<string> {
  const folder = await starter();
  editRecords(folder, (record, index) => {
    const { [baseline]: before, [candidate]: after } = record.outcomes;
    const wrong = index === 0 ? { ...after, prediction: 'something else' } : after;
    const right = index === 0 ? { ...before, prediction: record.label } : before;
    return { ...record, input: `words of ${record.request_id}`, outcomes: { [baseline]: right, [candidate]: wrong } };
  });
  return folder;
}

describe('inputs', () => {
  test('are in no report and in no evidence unless they were asked for', async () => {
    const folder = await withInputs();
    await run(['evaluate', plan, '--report', 'r.html'], { cwd: folder });
    expect(readFileSync(join(folder, 'r.html'), 'utf8')).toContain('r0001');
    for (const file of ['r.html', evidence]) {
      expect(readFileSync(join(folder, file), 'utf8')).not.toContain('words of');
    }
  });

  test('of examples are shown where they were, by evaluate and by report, and stay out of the evidence', async () => {
    const folder = await withInputs();
    await run(['evaluate', plan, '--report', 'r.html', '--include-inputs'], { cwd: folder });
    await run(['report', evidence, '-o', 'again.html', '--include-inputs'], { cwd: folder });
    for (const file of ['r.html', 'again.html']) {
      expect(readFileSync(join(folder, file), 'utf8')).toContain('words of r0001');
    }
    expect(readFileSync(join(folder, evidence), 'utf8')).not.toContain('words of');
  });

  test('are refused where the plan is not found or the log is another', async () => {
    const folder = await withInputs();
    await run(['evaluate', plan, '--evidence', 'e.json'], { cwd: folder });
    edit(folder, log, (text) => text.replace('words of', 'verbs of'));
    const report = ['report', join(folder, 'e.json'), '-o', join(folder, 'r.html'), '--include-inputs'];
    const unfound = await run(report, { cwd: temporaryFolder() });
    expect(unfound).toMatchObject({ exitCode: 2, stdout: '' });
    expect(unfound.stderr).toContain('--plan FILE');
    const changed = await run([...report, '--plan', plan], { cwd: folder });
    expect(changed).toMatchObject(nothingWritten);
    expect(changed.stderr).toContain('not what was evaluated any more');
    expect(readdirSync(folder)).not.toContain('r.html');
  });
});

describe('a report is refused, and nothing is written,', () => {
  test.each([
    ['an unknown extension', 'r.docx', '.html (HTML page)'],
    ['no extension', 'report', '.md (Markdown)'],
  ])('for %s: exit 2 with the known ones', async (_, file, told) => {
    const folder = await starter('evaluated');
    const before = readdirSync(folder);
    const result = await run(['report', evidence, '-o', 'r.md', file], { cwd: folder });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain(told);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('of evaluate too, before anything is replayed', async () => {
    const folder = await starter();
    const result = await run(['evaluate', plan, '--report', 'r.pdf'], { cwd: folder });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(readdirSync(folder)).not.toContain('.canary');
  });

  test.each<[string, (text: string) => string, string]>([
    ['a newer schema', (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 2'), 'newer canary'],
    ['a cut file', (text) => text.slice(0, text.length / 2), 'is cut'],
    ['an edited verdict', (text) => text.replace('"sequential"', '"fixed"'), 'its digest does not match'],
  ])('for %s: exit 5', async (_, change, told) => {
    const folder = await starter('evaluated');
    edit(folder, evidence, change);
    const result = await run(['report', evidence, '-o', 'r.md'], { cwd: folder });
    expect(result).toMatchObject(nothingWritten);
    expect(result.stderr).toContain(told);
    expect(readdirSync(folder)).not.toContain('r.md');
  });

  test('for evidence that is not there: exit 5', async () => {
    const result = await run(['report', 'evidence.json'], { cwd: await starter() });
    expect(result).toMatchObject(nothingWritten);
    expect(result.stderr).toContain('evidence.json does not exist');
  });

  test('for evidence of different rollouts: exit 2', async () => {
    const folder = await starter('evaluated');
    edit(folder, plan, (text) => text.replace(`name: ${planName}`, 'name: another'));
    await evaluate(folder);
    const other = join('.canary', 'another', 'shadow', 'evidence.json');
    const result = await run(['report', evidence, other, '-o', 'r.md'], { cwd: folder });
    expect(result).toMatchObject({ exitCode: 2, stdout: '' });
    expect(result.stderr).toContain('a report is about one rollout');
    expect(readdirSync(folder)).not.toContain('r.md');
  });

  test('for a place inside of a file: exit 5', async () => {
    const folder = await starter('evaluated');
    const inFile = await run(['report', evidence, '-o', join(log, 'r.md')], { cwd: folder });
    expect(inFile).toMatchObject(nothingWritten);
    expect(inFile.stderr).toContain('cannot be written');
  });

  test('for a folder that cannot be written: exit 5', async ({ skip }) => {
    if (process.getuid?.() === 0) skip('root may write anywhere');
    const folder = await starter('evaluated');
    mkdirSync(join(folder, 'closed'));
    chmodSync(join(folder, 'closed'), 0o555);
    const closed = await run(['report', evidence, '-o', join('closed', 'r.md')], { cwd: folder });
    expect(closed).toMatchObject(nothingWritten);
    expect(closed.stderr).toContain('cannot be written');
  });
});
