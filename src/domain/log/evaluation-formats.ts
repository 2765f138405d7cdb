/** Stands for the name of the file that a record is in, where that tells which version answered. */
export const fileName = '$file';

/** When an example was answered whose record tells no time. */
export const timeless = '2000-01-01T00:00:00Z';

const exampleIds = ['example_id', 'case_id', 'test_id', 'sample_id', 'doc_id', 'id', 'request_id'];

/** The results of evaluations: what each of two versions answered to the same examples, and how that was scored. */
export const evaluationFormats = {
  promptfoo: {
    title: "promptfoo's results",
    fields: {
      id: 'testIdx',
      timestamp: 'timestamp',
      unit: ['testCase.vars', 'vars'],
      input: 'vars',
      label: 'vars.expected',
      outcomes: 'response',
      served: { by: 'provider.label', latency: 'latencyMs', error: 'error', prediction: 'response.output' },
    },
    outcomePlaces: ['response', 'gradingResult', 'namedScores', 'score', 'success', 'error', 'latencyMs'],
    ofOneVersion: true,
    latency: true,
    errors: true,
    units: true,
  },
  'eval-runs': {
    title: 'records of evaluation runs',
    fields: {
      id: exampleIds,
      timestamp: 'timestamp',
      unit: ['user_id', ...exampleIds],
      input: 'input',
      label: ['label', 'expected', 'target', 'reference'],
      outcomes: 'prediction',
      served: { by: fileName, latency: 'latency_ms', error: 'error', prediction: 'prediction' },
    },
    outcomePlaces: ['prediction', 'output', 'response', 'completion', 'answer', 'scores', 'error', 'latency_ms'],
    ofOneVersion: true,
    latency: true,
    errors: true,
    units: true,
  },
} as const;
