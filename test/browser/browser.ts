import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executables = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser of this machine; undefined where there is none, and then tests skip. */
export const executablePath: string | undefined = executables.find((path) => existsSync(path));

/** Starts it without a window, and without the requests that a browser makes on its own. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
}
