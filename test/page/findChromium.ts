import { existsSync } from 'node:fs';

/** Where Debian, Ubuntu, Fedora, macOS and Windows keep it; CHROMIUM_PATH names another. */
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/** @returns undefined where there is none: `bash .ci/chromium.sh` installs it on Debian and its kin */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM_PATH'], ...PLACES].find((path) => path !== undefined && existsSync(path));
}
