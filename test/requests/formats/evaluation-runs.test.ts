import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogFolder } from '../log-folder.ts';
import { evaluationOptions } from './evaluation-options.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

function said(id: string, label: string | null) {
  return { id, baseline_label: label, label, error: label === null ? 'bad-outcome' : null };
}

const record = (id: string, changes: object = {}) => ({
  example_id: id,
  output: `answer ${id}`,
  scores: { helpful: 0.5 },
  ...changes,
});

describe('evaluation runs', () => {
  test('in a file per version, named like it, are joined by the id of the example', async () => {
    logs.writeRecords('runs/1.0.0.jsonl', [record('a'), record('b')]);
    logs.writeRecords('runs/1.1.0.jsonl', [
      record('b', { scores: { helpful: 1 } }),
      record('a', { error: 'refused', output: null }),
    ]);
    await logs.read({ files: ['runs/*.jsonl'], ...evaluationOptions('eval-runs') });
    expect(
      await logs.db.rows(
        'SELECT id, unit, candidate_label, candidate_error, "candidate_score:helpful" AS score FROM requests ORDER BY id',
      ),
    ).toEqual([
      { id: 'a', unit: 'a', candidate_label: null, candidate_error: 'refused', score: 0.5 },
      { id: 'b', unit: 'b', candidate_label: 'answer b', candidate_error: null, score: 1 },
    ]);
  });

  test('have an empty text as an answer, and none where nothing is told', async () => {
    const answers = [
      { output: '' },
      { output: null },
      { output: undefined },
      { output: '', answer: 'yes' },
      { output: 'null' },
    ];
    const named = answers.map((answer, index) => record(`e${index}`, answer));
    logs.writeRecords('empty/1.0.0.jsonl', named);
    logs.writeRecords('empty/1.1.0.jsonl', [...named].toReversed());
    await logs.read({ files: ['empty/*.jsonl'], ...evaluationOptions('eval-runs') });
    const rows = await logs.db.rows(
      'SELECT id, baseline_label, candidate_label AS label, candidate_error AS error FROM requests ORDER BY id',
    );
    expect(rows).toEqual([said('e0', ''), said('e1', null), said('e2', null), said('e3', 'yes'), said('e4', 'null')]);
  });

  test('have no text in an empty cell of CSV, where nothing tells an empty one from none', async () => {
    for (const version of ['1.0.0', '1.1.0']) logs.write(`cells/${version}.csv`, 'example_id,output\na,\nb,hi\n');
    await logs.read({ files: ['cells/*.csv'], ...evaluationOptions('eval-runs') });
    const columns = 'id, candidate_present AS present, candidate_label AS label, candidate_error AS error';
    expect(await logs.db.rows(`SELECT ${columns} FROM requests ORDER BY id`)).toEqual([
      { id: 'a', present: true, label: null, error: null },
      { id: 'b', present: true, label: 'hi', error: null },
    ]);
  });

  test('of which one version lacks some examples say how many, and judge the others', async () => {
    logs.writeRecords(
      'part/1.0.0.jsonl',
      ['a', 'b', 'c', 'd'].map((id) => record(id)),
    );
    logs.writeRecords(
      'part/1.1.0.jsonl',
      ['d', 'a', 'a'].map((id) => record(id)),
    );
    const { notes, files } = await logs.read({ files: ['part/*.jsonl'], ...evaluationOptions('eval-runs') });
    expect(notes.join(' ')).toContain(
      '2 examples answered by both versions; 2 by the baseline alone and 0 by the candidate alone',
    );
    expect(files.map(({ rejected }) => rejected)).toEqual([{}, {}]);
  });

  test('with an example twice in one file that say different things are no evidence', async () => {
    logs.writeRecords('twice/1.0.0.jsonl', [record('a'), record('a', { output: 'another' }), record('b')]);
    logs.writeRecords('twice/1.1.0.jsonl', [record('a'), record('b')]);
    const { files } = await logs.read({ files: ['twice/*.jsonl'], ...evaluationOptions('eval-runs') });
    expect(files[0]?.rejected).toEqual({ 'conflicting-copies': 2 });
  });

  test('without the file of a version are an error that asks for it', async () => {
    logs.writeRecords('alone/1.0.0.jsonl', [record('a')]);
    await expect(logs.read({ files: ['alone/*.jsonl'], ...evaluationOptions('eval-runs') })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('no answer is of 1.1.0; answers are of 1.0.0'),
      hint: 'name the results of 1.1.0 in requests.source as well',
    });
  });

  test.each(['by-path/new-run', 'by-path/new-run.jsonl', 'new-run'])('may be called %s', async (name) => {
    logs.writeRecords('by-path/new-run.jsonl', [record('a')]);
    logs.writeRecords('by-path/old-run.jsonl', [record('a')]);
    const servedAs = { 'old-run': 'baseline', [name]: 'candidate' } as const;
    const { totals } = await logs.read({ files: ['by-path/*.jsonl'], ...evaluationOptions('eval-runs', { servedAs }) });
    expect(totals.accepted).toBe(1);
  });
});
