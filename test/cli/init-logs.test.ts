import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { run, temporaryFolder, treeOf } from './harness.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/logs', import.meta.url));

function copyOfLogs(): string {
  const folder = temporaryFolder();
  cpSync(fixtures, folder, { recursive: true });
  return folder;
}

/** Each log with what it cannot answer. Two commands lead from it to a verdict: init, evaluate. */
const logs = [
  { log: 'flask.jsonl', todos: ['label'] },
  { log: 'python-json-logger.log', todos: [] },
  { log: 'nginx.log', todos: ['id', 'prediction', 'label'] },
  { log: 'envoy.jsonl', todos: ['prediction', 'label'] },
  { log: 'gateway.csv', todos: [] },
  { log: 'sagemaker/**/*.jsonl', todos: [] },
  { log: 'kserve.jsonl', todos: [] },
  { log: 'databricks.jsonl', todos: [] },
  { log: 'mlflow.jsonl', todos: ['label'] },
  { log: 'pandas.parquet', todos: [] },
  { log: 'otel-spans.jsonl', todos: ['label'] },
  { log: 'promptfoo.json', todos: [] },
];

test.each(logs)('init writes a plan for $log that plan takes, with a TODO for $todos', async ({ log, todos }) => {
  const folder = copyOfLogs();
  const { exitCode, stdout, stderr } = await run(['init', 'intent', '--log', log], { cwd: folder });
  expect(stderr).not.toContain('error ');
  expect(exitCode).toBe(0);
  expect(stdout).toContain('wrote intent/registry/intent.json');
  const plan = readFileSync(join(folder, 'intent/rollout.yaml'), 'utf8');
  const asked = [...plan.matchAll(/# TODO (\w+):/gu)].map(([, what]) => what);
  expect(asked.filter((what) => what !== 'weights')).toEqual(todos);
  const review = await run(['plan', 'intent/rollout.yaml'], { cwd: folder });
  expect(review.exitCode).toBe(0);
});

test.each(['gateway.csv', 'nginx.log'])('the second command gives %s a verdict', async (log) => {
  const folder = copyOfLogs();
  await run(['init', 'intent', '--log', log], { cwd: folder });
  const { exitCode, stdout } = await run(['evaluate', 'intent/rollout.yaml'], { cwd: folder });
  expect(stdout).toContain('Verdict: HOLD');
  expect(exitCode).toBe(3);
});

test('missing answers end with exit 2 and the options that give them', async () => {
  const folder = temporaryFolder();
  const lines = Array.from({ length: 40 }, (_, index) => `n${index},u${index % 9},${'abc'[index % 3]}`);
  writeFileSync(join(folder, 'log.csv'), `request_id,user_id,tier\n${lines.join('\n')}\n`);
  const { exitCode, stderr, stdout } = await run(['init', '--log', 'log.csv'], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('rollout.yaml is written, but needs time and version before canary plan takes it');
  expect(stderr).toContain('--field time=PATH --field version=tier');
  expect(stdout).toContain('wrote rollout.yaml');
  const again = await run(['init', '--log', 'log.csv', '--field', 'version=tier'], { cwd: folder });
  expect(again.exitCode).toBe(2);
  expect(again.stderr).not.toContain('there already');
});

test.each([
  { name: 'log.jsonl', bytes: Buffer.from('89504e470d0a1a0a0000', 'hex'), told: 'is a picture (PNG), not a log' },
  {
    name: 'log.csv',
    bytes: Buffer.from('504b03041400', 'hex'),
    told: 'is a zip archive (or a spreadsheet), not a log',
  },
  { name: 'log.jsonl', bytes: Buffer.alloc(0), told: 'the log is empty' },
  { name: 'log.json', bytes: Buffer.from('{\n "a": 1\n}\n'), told: 'no line of it is a record' },
  {
    name: 'log.jsonl',
    bytes: Buffer.from('{"resourceSpans":[{"scopeSpans":[]}]}\n'),
    told: 'one of batches of OpenTelemetry spans',
  },
  { name: 'log.jsonl.gz', bytes: gzipSync(''), told: 'no line of it is a record' },
  { name: 'log.csv', bytes: Buffer.from('\uFEFFid;user\r\n1;a\r\n', 'utf16le'), told: 'written in UTF-16' },
  { name: 'log.csv', bytes: Buffer.from('id,user\n1,a\n', 'utf16le').swap16(), told: 'written in UTF-16' },
  { name: 'log.jsonl', bytes: Buffer.from('{"id":1}\n', 'utf16le'), told: 'iconv -f UTF-16 -t UTF-8' },
  {
    name: 'log.csv',
    bytes: Buffer.from('\uFEFFsep=;\r\nid;user\r\n1;a\r\n'),
    told: 'its first line names the separator',
  },
  { name: 'log.csv.gz', bytes: gzipSync(Buffer.from('\uFEFFid;user\r\n1;a\r\n', 'utf16le')), told: 'the log as UTF-8' },
  { name: 'log.csv', bytes: Buffer.from('id,user\r1,a\r2,b\n3,c\n4,d\n'), told: 'the lines end in different ways' },
  { name: 'log.csv', bytes: Buffer.from('id,user\n1,J\u00FCrgen\n', 'latin1'), told: 'iconv -f LATIN1 -t UTF-8' },
])('$told: exit 5, and nothing is written', async ({ name, bytes, told }) => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), bytes);
  const { exitCode, stderr } = await run(['init', 'new', '--log', name], { cwd: folder });
  expect(stderr).toContain(told);
  expect(exitCode).toBe(5);
  expect(Object.keys(treeOf(folder)).filter((path) => path.endsWith('.yaml'))).toEqual([]);
});

test('a provider that promptfoo tells as a text is a version as one with an id is', async () => {
  const folder = copyOfLogs();
  const document = JSON.parse(readFileSync(join(folder, 'promptfoo.json'), 'utf8'));
  for (const result of document.results.results) result.provider = result.provider.id;
  writeFileSync(join(folder, 'promptfoo.json'), JSON.stringify(document));
  const { exitCode, stderr } = await run(['init', 'new', '--log', 'promptfoo.json'], { cwd: folder });
  expect(stderr).not.toContain('needs');
  expect(exitCode).toBe(0);
  expect(readFileSync(join(folder, 'new/rollout.yaml'), 'utf8')).toMatch(
    /^ {2}versions: \{ .+: "1\.0\.0", .+: "1\.1\.0" \}$/mu,
  );
});

test('two logs of different shapes are told apart', async () => {
  const folder = copyOfLogs();
  const { exitCode, stderr } = await run(['init', 'new', '--log', '{flask,mlflow}.jsonl'], { cwd: folder });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('flask.jsonl and mlflow.jsonl are logs of two shapes');
});

test('options that say something of a log need one', async () => {
  const { exitCode, stderr } = await run(['init', '--field', 'id=x'], { cwd: temporaryFolder() });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('--field says something about a log, but no log is named');
});

test('registry add reads labels from the answers of a log, never from its truths', async () => {
  const folder = copyOfLogs();
  const extra =
    '{"req_id":"z1","timestamp":"2026-11-02T10:00:00Z","customer":"u1","release":"2.3.1","duration":0.03,"intent":"refund","reviewed_label":"complaint"}\n';
  const log = join(folder, 'python-json-logger.log');
  writeFileSync(log, readFileSync(log, 'utf8') + extra);
  const { exitCode, stderr } = await run(
    ['registry', 'add', 'reg', 'intent', '2.3.1', '--labels-from', 'python-json-logger.log'],
    { cwd: folder },
  );
  expect(exitCode).toBe(0);
  expect(stderr).toContain('4 labels, from its answers: change-address, refund, speak-to-agent, track-order');
  expect(stderr).toContain('Truths that it never answered, so they are not labels: complaint');
  expect(readFileSync(join(folder, 'reg/intent.json'), 'utf8')).not.toContain('complaint');
});

test('what a log says is shown on a terminal and commands nothing there', async () => {
  const folder = copyOfLogs();
  const log = join(folder, 'python-json-logger.log');
  const record = { req_id: 'z1', timestamp: '2026-11-02T10:00:00Z', customer: 'u1', release: '2.3.1', duration: 0.03 };
  const commands = { intent: '\u001B[2Jrefund', reviewed_label: '\u001B]0;owned\u0007\u009B31m' };
  writeFileSync(log, `${readFileSync(log, 'utf8')}${JSON.stringify({ ...record, ...commands })}\n`);
  for (const args of [
    ['registry', 'add', 'reg', 'intent', '2.3.1', '--labels-from', 'python-json-logger.log'],
    ['init', 'new', '--log', 'python-json-logger.log', '--yes'],
  ]) {
    const { stdout, stderr } = await run(args, { cwd: folder });
    expect(stderr + stdout).toContain(String.raw`\x1b`);
    expect(stderr + stdout).not.toMatch(/[^\P{Cc}\n]/u);
  }
});

test('scores in the result of an evaluation become guardrails, and its texts an output of texts', async () => {
  const folder = temporaryFolder();
  for (const [version, helpful] of [
    ['1.0.0', 0.9],
    ['1.1.0', 0.3],
  ] as const) {
    const records = Array.from({ length: 200 }, (_, index) => ({
      example_id: `e${index}`,
      output: `${version} says ${index}`,
      scores: { helpful: index % 2 === 0 ? helpful : 0.9 },
    }));
    writeFileSync(join(folder, `${version}.jsonl`), records.map((each) => `${JSON.stringify(each)}\n`).join(''));
  }
  await run(['init', 'helper', '--log', '*.jsonl'], { cwd: folder });
  expect(readFileSync(join(folder, 'helper/rollout.yaml'), 'utf8')).toContain(
    'scores:\n  helpful: { from: log, range: [0, 1], better: higher }',
  );
  expect(readFileSync(join(folder, 'helper/registry/helper.json'), 'utf8')).toContain('"kind": "text"');
  const { exitCode, stdout } = await run(['evaluate', 'helper/rollout.yaml'], { cwd: folder });
  expect(stdout).toContain('score.helpful changed by');
  expect(exitCode).toBe(4);
});
