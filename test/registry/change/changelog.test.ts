import { expect, test } from 'vitest';
import type { ModelRegistry } from '../../../src/domain/registry.ts';
import { applyVerdict } from '../../../src/registry/change/apply-verdict.ts';
import { changelogText } from '../../../src/registry/change/changelog.ts';
import { rollBack } from '../../../src/registry/change/roll-back.ts';
import {
  act,
  allStages,
  changeAt,
  entered,
  laterRollout,
  lookOf,
  rollout,
  startingRegistry,
} from '../example-registry.ts';

const preamble = `# Changelog of intent-classifier

What happened to each version in production. The format is [Keep a Changelog](https://keepachangelog.com/en/1.1.0/).
canary writes this file from the history in \`intent-classifier.json\` at every change, which overwrites any edits.
`;

const at = '2026-11-06T08:00:00.000Z';

test('a model that nothing happened to has a changelog without entries', () => {
  expect(changelogText(startingRegistry)).toBe(preamble);
});

test('promotions and the rollback of a version are told, the latest first', () => {
  const before = act(entered(['shadow', 'canary-5']), 'hold', 'half');
  const back = rollBack(before, { rollout, at, person: { by: 'ana', reason: 'timeouts in checkout' } });
  expect(changelogText(back)).toBe(`${preamble}
## [1.5.0] - 2026-11-06 [YANKED]

### Removed

- 2026-11-06: taken out of traffic in stage canary-5; 1.4.2 serves. Decided by ana: timeouts in checkout (rollout intent-1.5.0, revision 4)

### Changed

- 2026-11-05: looked at stage half: hold; nothing moved. (rollout intent-1.5.0, revision 3)
- 2026-11-05: entered stage canary-5 with 5% of the traffic. (rollout intent-1.5.0, revision 2)
- 2026-11-05: entered stage shadow with 0% of the traffic. (rollout intent-1.5.0, revision 1)
`);
});

const titles = (registry: ModelRegistry) => changelogText(registry).match(/^## .*$/gmu);

test('a version is unreleased until everybody has it', () => {
  expect(titles(entered(['shadow', 'canary-5']))).toStrictEqual(['## [1.5.0] - Unreleased']);
  expect(titles(entered(allStages))).toStrictEqual(['## [1.5.0] - 2026-11-05']);
});

test('versions come the highest first', () => {
  const registry = entered(allStages, laterRollout, entered(allStages));
  expect(titles(registry)).toStrictEqual(['## [1.6.0] - 2026-11-05', '## [1.5.0] - 2026-11-05']);
});

test('an override is told with who, why and against what', () => {
  const overriddenBy = { by: 'ana', reason: 'the slow hour was a backup' };
  const registry = applyVerdict(
    startingRegistry,
    'increase',
    changeAt('shadow', { look: lookOf('hold'), overriddenBy }),
  );
  expect(changelogText(registry)).toContain(
    'Decided by ana, against the verdict hold: the slow hour was a backup (rollout',
  );
});

test('what people write stays on its line and is not taken for Markdown', () => {
  const person = { by: '*ana*', reason: 'see\n## [9.9.9] <script>' };
  const text = changelogText(rollBack(entered(['shadow']), { rollout, at, person }));
  expect(text).toContain(String.raw`Decided by \*ana\*: see ## \[9.9.9\] \<script\> (rollout`);
});
