/** I05: whether a list of assignments may show that somebody is gone. */
import { approvedList, certifyList, mayShowAbsence, type ListCertificate } from '../../shared/rules/certifyList';

const HOUR_MS = 3_600_000;
const believed: ListCertificate = { believed: 100, doubtSince: null, untold: null };

test.each([
  { what: 'the first list', before: undefined, rows: 7, counted: undefined, isBelieved: true },
  { what: 'one as long as Graph counts', before: believed, rows: 60, counted: 60, isBelieved: true },
  { what: 'one that is ahead of the count, which lags', before: believed, rows: 60, counted: 58, isBelieved: true },
  { what: 'one shorter than Graph counts', before: believed, rows: 99, counted: 100, isBelieved: false },
  {
    what: 'an empty one of somebody whom Graph tells nothing',
    before: believed,
    rows: 0,
    counted: undefined,
    isBelieved: false,
  },
  { what: 'one that lost less than half', before: believed, rows: 50, counted: undefined, isBelieved: true },
])('$what: believed $isBelieved', ({ before, rows, counted, isBelieved }) => {
  const certificate = certifyList(before, { rows, counted, at: 5 });
  expect(certificate).toEqual(
    isBelieved
      ? { believed: rows, doubtSince: null, untold: null }
      : { believed: before?.believed, doubtSince: 5, untold: counted === undefined ? rows : null },
  );
  expect(mayShowAbsence(certificate, 5)).toBe(isBelieved);
});

test('a doubt begins with the first list that is doubted, ends with the first that is not, and is acted on after a day', () => {
  const first = certifyList(believed, { rows: 10, counted: 100, at: 0 });
  const second = certifyList(first, { rows: 10, counted: 100, at: 23 * HOUR_MS });
  expect(second).toEqual({ believed: 100, doubtSince: 0, untold: null });
  expect(mayShowAbsence(second, 23 * HOUR_MS)).toBe(false);
  expect(mayShowAbsence(second, 24 * HOUR_MS)).toBe(true);
  expect(certifyList(second, { rows: 100, counted: 100, at: 25 * HOUR_MS })).toEqual(believed);
});

test('an approval ends a doubt that nothing else can end, by the longest list since; what Graph counts it does not', () => {
  const doubted = [30, 20].reduce(
    (before, rows) => certifyList(before, { rows, counted: undefined, at: HOUR_MS }),
    believed,
  );
  expect(approvedList(doubted, 25 * HOUR_MS)).toEqual({ believed: 30, doubtSince: null, untold: null });
  // A plan that was made before anybody could be absent by it rests on an older list.
  expect(approvedList(doubted, 24 * HOUR_MS)).toEqual(doubted);
  const told = certifyList(believed, { rows: 20, counted: 100, at: HOUR_MS });
  expect(approvedList(told, 25 * HOUR_MS)).toEqual(told);
  expect(approvedList(believed, 25 * HOUR_MS)).toEqual(believed);
});
