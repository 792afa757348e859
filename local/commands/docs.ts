/** `npm run docs`: writes the pages that are made from tables of the product. CI refuses a page that is out of date. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expressionsPage } from './docs/expressionsPage';
import { settingsPage } from './docs/settingsPage';
import { troubleshootingPage } from './docs/troubleshootingPage';

writeFileSync('docs/expressions.md', expressionsPage());
writeFileSync('docs/settings.md', settingsPage(readFileSync('docs/settings.md', 'utf8')));
writeFileSync('docs/troubleshooting.md', troubleshootingPage());
