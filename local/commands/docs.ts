/** `npm run docs`: writes the pages that are made from tables of the product. CI refuses a page that is out of date. */
import { writeFileSync } from 'node:fs';
import { expressionsPage } from './docs/expressionsPage';
import { troubleshootingPage } from './docs/troubleshootingPage';

writeFileSync('docs/expressions.md', expressionsPage());
writeFileSync('docs/troubleshooting.md', troubleshootingPage());
