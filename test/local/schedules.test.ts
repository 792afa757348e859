/** Schedules mean here what they mean on Azure: the answers are those of the host's own parser (test/oracle/schedules). */
import { nextRuns } from '../../local/azure/functions-host/TimerSchedules';
import { parseNcrontab } from '../../shared/settings/ncrontab';
import { nextOccurrence } from '../../shared/settings/nextOccurrence';
import answers from '../oracle/schedules/answers.json';

const FROM = new Date('2026-11-24T18:00:00Z');
/** The host takes them, with other fields than meant by whoever forgot the seconds. */
const FIVE_FIELDS = ['*/5 * * * *', '0 0 2 * *'];

const all = Object.entries(answers as Record<string, string[] | null>);

test.each(
  all
    .filter(([, times]) => times === null)
    .map(([expression]) => expression)
    .concat(FIVE_FIELDS),
)('"%s" is refused', (expression) => {
  expect(parseNcrontab(expression)).toBeUndefined();
});

test.each(
  all.flatMap(([expression, times]) =>
    times === null || FIVE_FIELDS.includes(expression) ? [] : [{ expression, times }],
  ),
)('"$expression" runs at the same times', ({ expression, times }) => {
  expect(parseNcrontab(expression)).toBeDefined();
  const own = nextRuns(expression, Math.max(1, times.length), FROM).map((at) => at.toISOString().replace('.000', ''));
  expect(own.slice(0, times.length)).toEqual(times);
  if (times.length === 0) expect(own).toEqual([]);
  expect(toldNext(expression, Math.max(1, times.length))).toEqual(times.length === 0 ? [undefined] : times);
});

/** What the connector says of itself: the next times, one behind the other. */
function toldNext(expression: string, count: number): (string | undefined)[] {
  const told: (string | undefined)[] = [];
  let after: number | undefined = FROM.getTime();
  for (let index = 0; index < count && after !== undefined; index += 1) {
    after = nextOccurrence(expression, after);
    told.push(after === undefined ? undefined : new Date(after).toISOString().replace('.000', ''));
  }
  return told;
}
