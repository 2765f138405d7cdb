import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../cli/harness.ts';
import { replayedRollouts } from '../cli/shipped.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { executablePath, launchBrowser } from './browser.ts';
import { layoutFaults } from './layout.ts';

const shipped = [
  ['intent-1.5.0', 'INCREASE'],
  ['intent-1.6.0', 'ROLLBACK'],
  ['intent-1.7.0', 'ROLLBACK'],
  ['intent-1.5.0-small-stage', 'HOLD'],
] as const;
const screens = [
  ['a laptop', { width: 1280, height: 800 }],
  ['a small laptop', { width: 1024, height: 768 }],
  ['a phone', { width: 390, height: 844 }],
] as const;

if (isWhole && executablePath === undefined)
  console.warn('No Chromium is installed: tests of the HTML report in a browser skip.');

describe.skipIf(!isWhole || executablePath === undefined)('the HTML report in a browser', () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    browser = await launchBrowser();
    folder = await replayedRollouts(afterAll);
    for (const [plan] of shipped) {
      const args = ['evaluate', join('rollouts', `${plan}.yaml`), '--quiet', '--report', `${plan}.html`];
      const { stderr } = await run(args, { cwd: folder });
      if (stderr !== '') throw new Error(stderr);
    }
  });

  afterAll(async () => {
    await browser.close();
  });

  async function open(plan: string, options: BrowserContextOptions = {}): Promise<OpenedPage> {
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(join(folder, `${plan}.html`)).href);
    return { page, complaints, requests };
  }

  describe.each(shipped)('of %s', (plan, verdict) => {
    let opened: OpenedPage;

    beforeAll(async () => {
      opened = await open(plan);
    });

    afterAll(async () => {
      await opened.page.close();
    });

    test.each(screens)(`says ${verdict}, why and what to do next in the first screen of %s`, async (_, viewport) => {
      const { page } = opened;
      await page.setViewportSize(viewport);
      expect(await page.locator('h1').textContent()).toBe(`Verdict: ${verdict}`);
      for (const part of ['h1', '.reasons li:first-child', '.next code']) {
        const { x, y, width, height } = (await page.locator(part).first().boundingBox()) ?? nowhere;
        expect({
          part,
          fits: x >= 0 && x + width <= viewport.width,
          seen: y >= 0 && y + height <= viewport.height,
        }).toEqual({
          part,
          fits: true,
          seen: true,
        });
      }
    });

    test.each(screens)('has nothing cut off and no word broken on %s', async (_, viewport) => {
      await opened.page.setViewportSize(viewport);
      expect(await layoutFaults(opened.page)).toEqual([]);
    });

    test.each(['light', 'dark'] as const)('has no serious violation of axe in %s', async (colorScheme) => {
      await opened.page.emulateMedia({ colorScheme });
      const { violations, passed } = await examined(opened.page);
      expect(violations).toEqual([]);
      // The examination saw text on its background, so that its silence means something.
      expect(passed).toContain('color-contrast');
    });

    test('prints on two pages', async () => {
      const pdf = await opened.page.pdf({ preferCSSPageSize: true });
      expect(pdf.toString('latin1').match(/\/Type \/Page\b/gu)?.length).toBe(2);
    });

    test('has no complaint in the console and asks for nothing but itself', async () => {
      const { page, complaints, requests } = opened;
      await page.waitForLoadState('networkidle');
      expect(complaints).toEqual([]);
      expect(requests.filter((address) => !address.startsWith('data:'))).toEqual([page.url()]);
    });
  });

  describe('of a fleet', () => {
    let opened: OpenedPage;

    beforeAll(async () => {
      const plans = shipped.map(([plan]) => join('rollouts', `${plan}.yaml`));
      await run(['evaluate', ...plans, 'rollouts/none.yaml', '--quiet', '--report', 'fleet.html'], { cwd: folder });
      opened = await open('fleet');
    });

    afterAll(async () => {
      await opened.page.close();
    });

    test.each(screens)('has nothing cut off and no word broken on %s', async (_, viewport) => {
      await opened.page.setViewportSize(viewport);
      expect(await opened.page.locator('h1').textContent()).toBe(`${shipped.length + 1} rollout plans`);
      expect(await layoutFaults(opened.page)).toEqual([]);
    });

    test.each(['light', 'dark'] as const)('has no serious violation of axe in %s', async (colorScheme) => {
      await opened.page.emulateMedia({ colorScheme });
      const { violations, passed } = await examined(opened.page);
      expect(violations).toEqual([]);
      expect(passed).toContain('color-contrast');
    });
  });

  test('is light or dark as its reader is', async () => {
    const { page } = await open('intent-1.6.0', { colorScheme: 'light' });
    const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await background()).toBe('rgb(15, 19, 24)');
    await page.close();
  });

  test('has tables that sort by numbers, both ways, by mouse and by keyboard', async () => {
    const { page } = await open('intent-1.6.0');
    const table = page.locator('section[aria-labelledby=labels] table');
    const column = table.getByRole('columnheader', { name: 'new mistakes' });
    const counts = async () => (await table.locator('tbody td:nth-child(6)').allTextContents()).map(Number);
    const unsorted = await counts();
    await column.getByRole('button').click();
    expect(await column.getAttribute('aria-sort')).toBe('ascending');
    expect(await counts()).toEqual(unsorted.toSorted((a, b) => a - b));
    await column.getByRole('button').focus();
    await page.keyboard.press('Enter');
    expect(await column.getAttribute('aria-sort')).toBe('descending');
    expect(await counts()).toEqual(unsorted.toSorted((a, b) => b - a));
    await page.close();
  });

  test('begins with a link over what stands above the guardrails, for keyboards', async () => {
    const { page } = await open('intent-1.6.0');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent.trim()')).toBe('Skip to the guardrails');
    await page.close();
  });

  test('is complete without its script', async () => {
    const { page } = await open('intent-1.6.0', { javaScriptEnabled: false });
    expect(await page.locator('h1').textContent()).toBe('Verdict: ROLLBACK');
    expect(await page.locator('section[aria-labelledby=guardrails] tbody tr').count()).toBeGreaterThan(5);
    await page.close();
  });
});

/** A report as it was opened, and whatever it complained of or asked for. */
interface OpenedPage {
  readonly page: Page;
  readonly complaints: readonly string[];
  readonly requests: readonly string[];
}

const nowhere = { x: -1, y: -1, width: 0, height: 0 };

/** What axe calls serious or critical, with the elements that it is about, and the rules that passed. */
async function examined(page: Page): Promise<{ readonly violations: string[]; readonly passed: string[] }> {
  // Through the debugger, since the page's own policy lets no further script in.
  await page.evaluate(axe.source);
  const results: axe.AxeResults = await page.evaluate('axe.run(document)');
  const serious = results.violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return {
    violations: serious.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`)),
    passed: results.passes.map(({ id }) => id),
  };
}
