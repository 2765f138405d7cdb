/**
 * The layering of src/, as a failing check. Folders are listed from the bottom up; each may import from the ones it
 * names and from nothing else of ours, so that the pure parts stay pure and the heavy ones stay replaceable.
 */
const mayImport = {
  domain: { from: [], because: 'the nouns are at the bottom: everything may know them, they know nobody' },
  stats: {
    from: [],
    because: 'statistics are numbers in, numbers out, so that they can be checked against other systems',
  },
  plan: { from: ['domain'], because: 'a plan is judged from its text alone, without file, clock or network' },
  assignment: {
    from: ['domain'],
    because: 'who is in the canary depends on the salt and the unit and on nothing else',
  },
  requests: { from: ['domain', 'assignment'], because: 'reading a log must not depend on what is done with it' },
  models: { from: ['domain'], because: 'a runtime answers inputs; it knows neither logs nor verdicts' },
  replay: {
    from: ['domain', 'requests', 'models'],
    because: 'replay joins requests and models; judging comes after it',
  },
  metrics: { from: ['domain', 'stats', 'requests'], because: 'estimates come from outcomes, however those were made' },
  verdict: {
    from: ['domain', 'stats'],
    because: 'judging is a pure function, so that it can be run again without the world',
  },
  simulation: {
    from: ['domain', 'stats', 'plan', 'assignment', 'requests', 'metrics'],
    because:
      "a simulation makes up logs and measures them; judging them is the gate's, by the code that judges real ones",
  },
  registry: { from: ['domain'], because: 'registry transitions are pure and one store writes' },
  report: { from: ['domain'], because: 'a renderer turns a result into text and never computes one' },
  gate: {
    from: [
      'domain',
      'stats',
      'plan',
      'assignment',
      'requests',
      'models',
      'replay',
      'metrics',
      'verdict',
      'simulation',
      'registry',
      'report',
    ],
    because: 'the gate is the table of contents: it calls every part and is called by the command line alone',
  },
  cli: {
    from: ['domain', 'report', 'gate'],
    because: 'commands stay thin: they read arguments, make the world and call the gate',
  },
};

const layers = Object.entries(mayImport).map(([folder, { from, because }]) => ({
  name: `${folder}-imports-only-what-it-may`,
  comment: because,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: [`^src/${folder}/`, ...from.map((other) => `^src/${other}/`)] },
}));

const pureFolders = '^src/(domain|stats|plan|verdict|report|assignment)/';

export default {
  forbidden: [
    ...layers,
    {
      name: 'no-circular',
      comment: 'a cycle means two files are one thought cut in half',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'pure-folders-touch-no-world',
      comment:
        'no file, clock, network or environment where a result must be the same every time (hashing and loading a shipped schema are allowed)',
      severity: 'error',
      from: { path: pureFolders },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|module|path)$' },
    },
    {
      name: 'only-the-store-writes-the-registry',
      comment: 'transitions are pure; registry-store and its lock are the only files that touch the disk',
      severity: 'error',
      from: { path: '^src/registry/', pathNot: '^src/registry/registry-(store|lock)' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|module|path)$' },
    },
    {
      name: 'src-is-self-contained',
      comment: 'what ships must not reach into tests, fixtures or benchmarks',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|bench|fixtures)/' },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
