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
  documents: {
    from: ['domain'],
    because:
      'a place in a text, and what a schema finds there, is one thing for a plan, a registry and evidence, whatever it means there',
  },
  files: {
    from: ['domain'],
    because: 'what a plan names is read and what a result needs is written in one way, whatever the text means',
  },
  database: { from: ['domain'], because: 'columns in and columns out; what they mean is known by who asks' },
  assignment: {
    from: ['domain'],
    because: 'who is in the canary depends on the salt and the unit and on nothing else',
  },
  attestation: {
    from: ['domain'],
    because: 'whether a signature is right follows from bytes and keys alone',
  },
  remote: {
    from: ['domain', 'files'],
    because: 'what speaks with another system knows its wire and nothing of who asks',
  },
  routing: {
    from: ['domain', 'assignment'],
    because: 'what a router is told follows from a weight and from names, so that it can be compared with what is live',
  },
  plan: {
    from: ['domain', 'documents', 'assignment', 'routing'],
    because: 'a plan is judged from its text alone, without file, clock or network',
  },
  requests: {
    from: ['domain', 'files', 'database', 'assignment'],
    because: 'reading a log must not depend on what is done with it',
  },
  models: { from: ['domain', 'files'], because: 'a runtime answers inputs; it knows neither logs nor verdicts' },
  replay: {
    from: ['domain', 'files', 'database', 'requests', 'models'],
    because: 'replay joins requests and models; judging comes after it',
  },
  scores: {
    from: ['domain', 'files', 'database', 'requests', 'models', 'replay'],
    because: 'an answer is scored once it is there, whoever gave it; judging comes after it',
  },
  metrics: {
    from: ['domain', 'stats', 'database', 'requests'],
    because: 'estimates come from outcomes, however those were made',
  },
  verdict: {
    from: ['domain', 'stats'],
    because: 'judging is a pure function, so that it can be run again without the world',
  },
  simulation: {
    from: ['domain', 'stats', 'database', 'plan', 'assignment', 'requests', 'metrics'],
    because:
      "a simulation makes up logs and measures them; judging them is the gate's, by the code that judges real ones",
  },
  registry: { from: ['domain', 'documents', 'files'], because: 'registry transitions are pure and one store writes' },
  report: { from: ['domain', 'documents'], because: 'a renderer turns a result into text and never computes one' },
  gate: {
    from: [
      'domain',
      'stats',
      'documents',
      'files',
      'database',
      'plan',
      'assignment',
      'attestation',
      'remote',
      'routing',
      'requests',
      'models',
      'replay',
      'scores',
      'metrics',
      'verdict',
      'simulation',
      'registry',
      'report',
    ],
    because: 'the gate is the table of contents: it calls every part and is called by the command line alone',
  },
  start: {
    from: [],
    because: 'what loads the bundle knows the names of its files and nothing of what is in them',
  },
  cli: {
    from: ['domain', 'report', 'gate', 'start'],
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

/**
 * The storeys inside a folder, from the bottom up: a room may import from itself, from the rooms of the storeys below it
 * and from the files that lie beside the rooms only where `root` says so. Rooms of one storey do not know each other.
 */
export const storeys = {
  stats: {
    rooms: [['sums'], ['estimates', 'distances'], ['bounds']],
    because: 'an estimate is made of sums, whoever added them up, and a bound of an estimate',
  },
  assignment: {
    rooms: [['hashes'], ['schemes'], ['definitions']],
    because: 'a scheme is a hash and its steps, and a definition says which of them a flag uses',
  },
  routing: {
    rooms: [['flags', 'kubernetes', 'routers', 'headers']],
    because: 'a target knows how it is told a weight and nothing of the others',
  },
  requests: {
    rooms: [['containers'], ['files', 'values'], ['table'], ['kept'], ['formats/answers'], ['formats'], ['explain']],
    because:
      'a file is opened before its records are read, a value means one thing in every format, and what went wrong is explained last',
  },
  remote: {
    rooms: [['http'], ['mlflow', 'notify', 'storage', 'metrics', 'queue']],
    because: 'every system is asked in one way, and knows nothing of the others',
  },
  metrics: {
    rooms: [
      ['table'],
      ['families/ranking'],
      ['families'],
      ['means'],
      ['influences', 'quantiles'],
      ['drift', 'warehouse'],
    ],
    because: 'a family says what is added up; the measurers add it up and never ask which metric it is',
  },
  registry: {
    rooms: [['file'], ['change'], ['store']],
    because: 'a registry is text before it changes, and changes in memory before the one store writes it',
  },
  replay: {
    rooms: [['store'], ['timing']],
    because: 'what is kept does not know how it was measured',
  },
  report: {
    rooms: [['words', 'document'], ['evidence'], ['html/charts'], ['html'], ['exports'], ['commands']],
    because: 'cells and words are shared by text, Markdown and HTML, so that all three say the same',
  },
  models: {
    rooms: [['host'], ['tensors', 'http'], ['tfjs', 'onnx', 'command']],
    because: 'a runtime knows how its inputs are laid out; what runs it in a process of its own does not',
  },
  gate: {
    rooms: [
      ['rollout'],
      ['mirror', 'notify', 'sources'],
      ['outcomes', 'judge', 'exposure'],
      ['golden'],
      ['look', 'report'],
      ['dashboards', 'warehouse'],
      ['evaluate'],
      ['review', 'simulate', 'requests', 'act', 'registry'],
      ['init', 'watch'],
    ],
    because: 'a rollout is opened, its outcomes are obtained, judged, made a look, and only then acted on or shown',
  },
  cli: {
    rooms: [['completion', 'options'], ['commands']],
    because: 'commands share how options are read, and none knows another',
  },
};

const innerStoreys = Object.entries(storeys).flatMap(([folder, { rooms, because }]) =>
  rooms.flatMap((storey, level) =>
    storey.map((room) => {
      const above = [...rooms.slice(level + 1).flat(), ...storey.filter((other) => other !== room)];
      return {
        name: `${folder}-${room.replace('/', '-')}-knows-only-the-storeys-below`,
        comment: because,
        severity: 'error',
        from: { path: `^src/${folder}/${room}/[^/]+$` },
        to: {
          path: `^src/${folder}/(${above.filter((other) => !room.startsWith(`${other}/`)).join('|') || 'nothing'})/[^/]+$`,
        },
      };
    }),
  ),
);

const pureFolders = '^src/(domain|stats|documents|plan|verdict|report|assignment|routing|attestation)/';

export default {
  forbidden: [
    ...layers,
    ...innerStoreys,
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
      comment: 'transitions are pure; the store and its lock are the only files that touch the disk',
      severity: 'error',
      from: { path: '^src/registry/', pathNot: '^src/registry/store/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(crypto|module|path)$' },
    },
    {
      name: 'commands-are-given-the-world',
      comment: 'a command that made the world could not be run by another; its arguments are its own affair',
      severity: 'error',
      from: { path: '^src/cli/commands/' },
      to: { path: '^src/cli/(main|program|world|progress)[.]ts$' },
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
