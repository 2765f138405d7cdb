/**
 * Pictures of the HTML reports of the shipped verdicts, for the documentation:
 *
 *   npm run build && node docs/images/make-images.mjs
 *
 * Needs Chromium, and pngquant to make the files small. Measured latencies differ from run to run, and so do the pictures.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../../', import.meta.url));
const images = fileURLToPath(new URL('.', import.meta.url));
const laptop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

/** @type {readonly (readonly [plan: string, image: string, viewport: { width: number, height: number }, scheme: 'light' | 'dark', section?: string])[]} */
const pictures = [
  ['intent-1.6.0', 'report-rollback', laptop, 'light'],
  ['intent-1.6.0', 'report-rollback-phone', phone, 'dark'],
  ['intent-1.6.0', 'report-segments', laptop, 'light', 'segments'],
  ['intent-1.5.0', 'report-increase', laptop, 'dark'],
  ['intent-1.7.0', 'report-latency', laptop, 'light', 'latency'],
];

const folder = mkdtempSync(join(tmpdir(), 'canary-images-'));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  for (const part of ['rollouts', 'fixtures']) {
    cpSync(join(root, part), join(folder, part), { recursive: true, filter: (path) => !path.endsWith('.canary') });
  }
  for (const plan of new Set(pictures.map(([name]) => name))) {
    const args = ['evaluate', join('rollouts', `${plan}.yaml`), '--report', `${plan}.html`, '--quiet'];
    spawnSync(process.execPath, [join(root, 'bin/canary.js'), ...args], { cwd: folder, stdio: 'inherit' });
  }
  for (const [plan, image, viewport, colorScheme, section] of pictures) {
    const page = await browser.newPage({ viewport, colorScheme });
    await page.goto(`file://${join(folder, `${plan}.html`)}`);
    const path = join(images, `${image}.png`);
    if (section === undefined) {
      await page.screenshot({ path });
    } else {
      await page.locator(`section[aria-labelledby=${section}]`).evaluate((element) => element.scrollIntoView());
      await page.screenshot({ path });
    }
    await page.close();
    execFileSync('pngquant', ['--force', '--ext', '.png', '--speed', '1', '32', path]);
  }
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
