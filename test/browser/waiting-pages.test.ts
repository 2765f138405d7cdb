import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, temporaryFolder } from '../cli/harness.ts';
import { askForMore, plan } from '../cli/starter.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { executablePath, launchBrowser } from './browser.ts';
import { layoutFaults } from './layout.ts';

const widths = [1280, 1024, 390];

describe.skipIf(!isWhole || executablePath === undefined)('of a rollout that waits', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = temporaryFolder(afterAll);
    await run(['init', folder]);
    askForMore(folder);
    const { exitCode } = await run(['evaluate', plan, '--quiet', '--report', 'held.html'], { cwd: folder });
    if (exitCode !== 3) throw new Error(`evaluate ended with ${exitCode} instead of a hold`);
    const { stdout } = await run(['status', '.', '--format', 'html'], { cwd: folder });
    writeFileSync(join(folder, 'status.html'), stdout);
  });

  afterAll(async () => {
    await browser.close();
  });

  test.each([
    ['report', 'held.html', 'Verdict: HOLD'],
    ['status', 'status.html', '1 rollout'],
  ])('the %s has nothing cut off and no word broken at any width', async (_, file, title) => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(join(folder, file)).href);
    expect(await page.locator('h1').textContent()).toBe(title);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 800 });
      expect({ width, faults: await layoutFaults(page) }).toEqual({ width, faults: [] });
    }
    await page.close();
  });
});
