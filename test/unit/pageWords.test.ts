/** What the API says for scripts is said on the page by what stands there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageWords } from '../../dashboard/data/pageWords';

const SHARED = join(__dirname, '../../shared');
const ROUTE = /(?:GET|POST|PUT|DELETE) …/;
const COMMENT = /^\s*(?:\/\*|\*|\/\/)/;

/** Lines of the product that name a route in a sentence. The API's own document is read by scripts alone. */
const sentences = globSync('**/*.ts', { cwd: SHARED })
  .filter((file) => !file.startsWith('api/openapi') && !file.startsWith('api/answers'))
  .flatMap((file) =>
    readFileSync(join(SHARED, file), 'utf8')
      .replace(/' \+\n\s*'/g, '')
      .split('\n'),
  )
  .filter((line) => ROUTE.test(line) && !COMMENT.test(line))
  .map((line) => line.trim());

test.each(sentences)('no route is left in: %s', (sentence) => {
  expect(pageWords(sentence)).not.toMatch(/(?:GET|POST|PUT|DELETE) …|…\//);
});

test.each([
  [
    'They are removed only after somebody has looked at the plan of this cycle and approved it (POST …/cycles/863-fd/approve or …/reject).',
    'They are removed only after somebody has looked at the plan of this cycle and approved it.',
  ],
  ['Start the job: POST …/start, or “Start” on the page.', 'Start the job: “Start” on the overview.'],
  ['Mend the cause, then POST …/start.', 'Mend the cause, then “Start”.'],
  [
    'START_WITH_PLAN: before the first cycle there is only a plan. Look at it, then POST …/cycles/863-fd/apply with its hash.',
    'START_WITH_PLAN: before the first cycle there is only a plan. Look at it, then apply it.',
  ],
  [
    'Release the person when they may be changed again: POST …/users/{id}/release.',
    'Release the person when they may be changed again.',
  ],
  ['A mapping of Müller & Söhne …', 'A mapping of Müller & Söhne …'],
])('%s', (said, here) => {
  expect(pageWords(said)).toBe(here);
});

test('there are sentences to look at', () => {
  expect(sentences.length).toBeGreaterThan(15);
});
