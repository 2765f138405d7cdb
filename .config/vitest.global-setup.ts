import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a run of the tests a place of its own for temporary files, so that nothing is left of it, whatever was killed on the way. */
export function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'canary-test-'));
  // Tests that give up root's privileges for a moment still have to reach what is in it.
  chmodSync(folder, 0o711);
  for (const name of ['TMPDIR', 'TEMP', 'TMP']) process.env[name] = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
