/** What the API says for scripts is said on the page by what stands there. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pageWords } from '../../dashboard/data/pageWords';
import { inFull, minuteOfDay } from '../../dashboard/data/words';

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
  [
    'The connector is not connected to GoTo: authorize it (GET /api/connection/authorize, or Connection on the page), or set GOTO_PERSONAL_ACCESS_TOKEN.',
    'The connector is not connected to GoTo: authorize it with “Authorize” under “Connection”, or set GOTO_PERSONAL_ACCESS_TOKEN.',
  ],
  // A name that turns the text behind it would turn the whole sentence.
  ['Ada \u202Egnp.exe has no GoTo account.', 'Ada gnp.exe has no GoTo account.'],
  ['محمد عبد الله has no GoTo account.', 'محمد عبد الله has no GoTo account.'],
  // What is no moment of a sentence is somebody's value.
  ['IIF([a], "2026-01-01T00:00:00Z", [b])', 'IIF([a], "2026-01-01T00:00:00Z", [b])'],
  ['2026-11-29T08:14:57.436Z', '2026-11-29T08:14:57.436Z'],
])('%s', (said, here) => {
  expect(pageWords(said)).toBe(here);
});

test('moments within a sentence are the reader’s', () => {
  const iso = '2026-11-29T23:30:00.000Z';
  expect(pageWords(`The job is paused since ${iso}: nothing is changed.`)).toBe(
    `The job is paused since ${inFull(iso)}: nothing is changed.`,
  );
  expect(pageWords('it is created by the cycle at 23:30 UTC on 2026-11-29, because')).toBe(
    `it is created by the cycle at ${minuteOfDay(iso)}, because`,
  );
});

test('there are sentences to look at', () => {
  expect(sentences.length).toBeGreaterThan(15);
});
