/**
 * Measures the structure of `src`: how many files a folder holds, how many lines there are, how many runs of six
 * identical lines stand in two files, how many modules import each other in a circle or against the rules.
 *
 *   node .config/measure-structure.mjs [FOLDER]     the measures of a checkout (default: this one)
 *
 * A run is six or more lines in a row that stand in two files to the letter. Blank lines, lone punctuation, imports and
 * comments are passed over, white space is folded; where a run is longer it counts once, and once for each pair of files.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = resolve(process.argv[2] ?? '.');
const linesOfRun = 6;

const files = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/u.test(entry.name))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .toSorted();
const texts = new Map(files.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

const inFolder = new Map();
for (const file of files) inFolder.set(dirname(file), (inFolder.get(dirname(file)) ?? 0) + 1);
const counts = [...inFolder.values()].toSorted((a, b) => a - b);
const [fullest] = [...inFolder].toSorted((a, b) => b[1] - a[1]);
const lines = [...texts.values()].reduce((sum, text) => sum + text.split('\n').length - 1, 0);
const runs = identicalRuns();

console.log(`folders                  ${inFolder.size}`);
console.log(`files                    ${files.length}`);
console.log(`files per folder         median ${median(counts)}, greatest ${fullest[1]} (${fullest[0]})`);
console.log(`lines of src             ${lines}`);
console.log(`runs of six lines        ${runs.length}`);
for (const { first, second, length } of runs) console.log(`  ${length} lines  ${first} = ${second}`);
console.log(`circles, wrong arrows    ${wrongImports()}`);

function median(sorted) {
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The lines that say something, with their numbers. */
function tellingLines(text) {
  const telling = [];
  let inImport = false;
  let inComment = false;
  for (const [index, line] of text.split('\n').entries()) {
    const said = line.trim().replaceAll(/\s+/gu, ' ');
    const isImport = inImport || /^(import|export \{|export type \{)/u.test(said);
    inImport = isImport && !said.includes(';');
    const isComment = inComment || /^(\/\/|\/\*)/u.test(said);
    inComment = isComment && !said.startsWith('//') && !said.endsWith('*/');
    if (said !== '' && /\w/u.test(said) && !isImport && !isComment) telling.push({ said, number: index + 1 });
  }
  return telling;
}

function place(file, telling, at) {
  return `${file}:${telling[at].number}`;
}

function identicalRuns() {
  const places = new Map();
  const byFile = new Map();
  for (const [file, text] of texts) {
    const telling = tellingLines(text);
    byFile.set(file, telling);
    for (let at = 0; at + linesOfRun <= telling.length; at += 1) {
      const key = telling
        .slice(at, at + linesOfRun)
        .map(({ said }) => said)
        .join('\n');
      places.set(key, [...(places.get(key) ?? []), { file, at }]);
    }
  }
  const found = [];
  const seen = new Set();
  for (const same of places.values()) {
    for (const [index, one] of same.entries()) {
      for (const other of same.slice(index + 1)) {
        if (one.file === other.file || seen.has(`${one.file}:${one.at}=${other.file}:${other.at}`)) continue;
        let length = 0;
        const [lefts, rights] = [byFile.get(one.file), byFile.get(other.file)];
        while (
          lefts[one.at + length] !== undefined &&
          lefts[one.at + length].said === rights[other.at + length]?.said
        ) {
          seen.add(`${one.file}:${one.at + length}=${other.file}:${other.at + length}`);
          length += 1;
        }
        found.push({ first: place(one.file, lefts, one.at), second: place(other.file, rights, other.at), length });
      }
    }
  }
  return found.toSorted((a, b) => b.length - a.length);
}

function wrongImports() {
  const config = join(root, '.dependency-cruiser.mjs');
  try {
    const report = execFileSync('npx', ['depcruise', '--config', config, '--output-type', 'json', 'src'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const { summary } = JSON.parse(report);
    return `${summary.violations.length} of ${summary.totalCruised} modules`;
  } catch {
    return 'dependency-cruiser could not run, or found an error: npx depcruise --config .dependency-cruiser.mjs src';
  }
}
