/** Golden values of a real .NET (test/oracle; no case may depend on today): dates, cultures, title case and regular expressions agree with it. */
import answers from '../oracle/answers.json';
import cases from '../oracle/cases.json';
import { EvaluationBudget } from '../../shared/mapping/EvaluationBudget';
import { DateFormatError } from '../../shared/mapping/dotnet/DateFormatError';
import { dateStylesOf } from '../../shared/mapping/dotnet/dateStylesOf';
import { dateFromTicks, type DotnetDate } from '../../shared/mapping/dotnet/DotnetDate';
import { formatDate } from '../../shared/mapping/dotnet/formatDate';
import { caseRulesOf, toLower, toUpper } from '../../shared/mapping/dotnet/letterCase';
import { parseDate } from '../../shared/mapping/dotnet/parseDate';
import { parseExactDate } from '../../shared/mapping/dotnet/parseExactDate';
import { letterCasesOf, unicodeSet } from '../../shared/mapping/dotnet/regex/CharacterSet';
import { Pattern } from '../../shared/mapping/dotnet/regex/Pattern';
import { PatternError } from '../../shared/mapping/dotnet/regex/PatternError';
import { toTitleCase } from '../../shared/mapping/dotnet/titleCase';
import { addToDate, dateIntervalOf, differenceOf } from '../../shared/mapping/dotnet/visualBasicDates';

const NOW = Date.UTC(2026, 10, 23);

/** The kind of refusal as the C# program names it, or the value. */
function answer(ask: () => string): string {
  try {
    return `= ${ask()}`;
  } catch (error) {
    if (error instanceof DateFormatError) return '! format';
    if (error instanceof PatternError) return '! pattern';
    return `! ${error instanceof Error ? error.message : 'unknown'}`;
  }
}

const KINDS = { unspecified: 'Unspecified', utc: 'Utc', local: 'Local' } as const;
const printed = (date: DotnetDate): string => `${date.ticks} ${KINDS[date.zone]}`;
const zoneOf = (kind: string): DotnetDate['zone'] =>
  kind === 'Utc' ? 'utc' : kind === 'Local' ? 'local' : 'unspecified';
const refuse = (kind: string): never => {
  throw new Error(kind);
};
const hex = (unit: number): string => unit.toString(16).toUpperCase().padStart(4, '0');

type Row = readonly string[];

function agree(name: keyof typeof cases & keyof typeof answers, ask: (row: Row) => string): void {
  const rows: readonly (string | Row)[] = cases[name];
  const golden = answers[name];
  expect(golden).toHaveLength(rows.length);
  const differing = rows.flatMap((row, index) => {
    const ours = answer(() => ask(typeof row === 'string' ? [row] : row));
    return ours === golden[index] ? [] : [{ case: row, dotnet: golden[index], ours }];
  });
  expect(differing).toEqual([]);
}

describe('.NET agrees', () => {
  test('DateTime.ParseExact', () =>
    agree('parseExact', ([text = '', format = '', named]) => {
      const styles = dateStylesOf(named ?? null);
      if ('problem' in styles) return refuse('argument');
      return printed(parseExactDate(text, format, styles, NOW));
    }));

  test('DateTime.ToString', () =>
    agree('formatDate', ([ticks = '', kind = '', format = '']) =>
      formatDate({ kind: 'date', ticks: BigInt(ticks), zone: zoneOf(kind) }, format),
    ));

  test('DateTime.Parse', () => agree('parseDate', ([text = '']) => parseDate(text).ticks.toString()));

  test('DateAndTime.DateDiff', () =>
    agree('dateDiff', ([name = '', from = '', to = '']) => {
      const interval = dateIntervalOf(name) ?? refuse('argument');
      return String(differenceOf(interval, parseDate(from), parseDate(to)) ?? refuse('argument'));
    }));

  test('DateAndTime.DateAdd', () =>
    agree('dateAdd', ([name = '', count = '', date = '']) => {
      const interval = dateIntervalOf(name) ?? refuse('argument');
      const moved = addToDate(interval, BigInt(Math.trunc(Number(count))), {
        ...parseDate(date),
        zone: 'unspecified',
      });
      return moved === null ? refuse('argument') : printed(moved);
    }));

  test('DateTime.FromFileTimeUtc', () =>
    agree('fileTime', ([number = '']) => {
      const date = Number(number) < 0 ? null : dateFromTicks(BigInt(number) + 504_911_232_000_000_000n, 'utc');
      return date === null ? refuse('argument') : formatDate(date, 'M/d/yyyy h:mm:ss tt');
    }));

  test('Regex.Replace', () =>
    agree('regexReplace', ([pattern = '', text = '', replacement = '']) => {
      const budget = new EvaluationBudget();
      return Pattern.of(pattern, budget).replace(text, replacement, budget);
    }));

  test('Regex.IsMatch', () =>
    agree('regexMatch', ([pattern = '', text = '']) => {
      const budget = new EvaluationBudget();
      return Pattern.of(pattern, budget).isMatch(text, budget) ? 'True' : 'False';
    }));

  test('TextInfo.ToTitleCase of lower case', () => agree('titleCase', ([text = '']) => toTitleCase(toLower(text))));

  test.each(['upper', 'lower'] as const)('TextInfo %s by culture', (name) =>
    agree(name, ([text = '', culture = '']) => {
      const rules = caseRulesOf(culture) ?? refuse('culture');
      return name === 'upper' ? toUpper(text, rules) : toLower(text, rules);
    }),
  );

  /** Letters of Unicode 17, which Node 24 knows and .NET 10 does not. */
  const NEWER = /[\u019B\u0264\u1C89\u1C8A\uA7CB-\uA7CF\uA7D2-\uA7D5\uA7DA-\uA7DC]/u;

  test('letter case of every unit of the basic plane', () => {
    const golden = new Map(answers.letterCase.map((row) => [row.slice(0, 4), row]));
    const differing: string[] = [];
    for (let unit = 0; unit < 0x10000; unit += 1) {
      const char = String.fromCharCode(unit);
      if ((unit >= 0xd800 && unit < 0xe000) || NEWER.test(char)) continue;
      const [upper, lower] = [toUpper(char), toLower(char)];
      const ours = [char, upper, lower].map((one) => hex(one.charCodeAt(0))).join(' ');
      if (ours !== (golden.get(hex(unit)) ?? [hex(unit), hex(unit), hex(unit)].join(' '))) differing.push(ours);
    }
    expect(differing).toEqual([]);
  });

  test('which units are equal without regard to letter case', () => {
    const golden = new Map(
      answers.ignoreCase.flatMap((group) => group.split(' ').map((unit) => [unit, group] as const)),
    );
    const differing: string[] = [];
    for (let unit = 0; unit < 0x10000; unit += 1) {
      if (NEWER.test(String.fromCharCode(unit))) continue;
      const ours = [...letterCasesOf(unit)]
        .sort((a, b) => a - b)
        .map(hex)
        .join(' ');
      if (ours !== (golden.get(hex(unit)) ?? hex(unit)))
        differing.push(`${hex(unit)}: ${ours}, .NET ${golden.get(hex(unit))}`);
    }
    expect(differing).toEqual([]);
  });

  test('named blocks', () =>
    agree('blocks', ([name = '']) => {
      const set = unicodeSet(name);
      if (set === undefined) return refuse('pattern');
      const units = range(0, 0xffff).filter((unit) => set.has(unit));
      return `${hex(units[0] ?? 0)} ${hex(units.at(-1) ?? 0)} ${units.length}`;
    }));

  test('character classes over the basic plane', () => {
    for (const [index, pattern] of cases.classes.entries()) {
      const golden = new Set(unitsOf((answers.classes[index] ?? '').slice(2)));
      const ours = new Set(rangesOf(pattern).flatMap(([from, to]) => range(from, to)));
      // Only characters that one of the two Unicode versions does not know yet may differ.
      const differing = [...golden, ...ours]
        .filter((unit) => golden.has(unit) !== ours.has(unit))
        .filter((unit) => !UNASSIGNED_IN_NET.has(unit) && !/^\p{Cn}$/u.test(String.fromCharCode(unit)));
      expect({ pattern, differing: differing.map(hex) }).toEqual({ pattern, differing: [] });
    }
  });
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index);
const unitsOf = (ranges: string): number[] =>
  ranges.split(' ').flatMap((one) => range(parseInt(one.slice(0, 4), 16), parseInt(one.slice(5), 16)));

/** Unicode 17 gave these a meaning; .NET 10 has Unicode 16. 0295 changed its category. */
const UNASSIGNED_IN_NET: ReadonlySet<number> = new Set(unitsOf((answers.unassigned[0] ?? '').slice(2)).concat(0x0295));

function rangesOf(pattern: string): (readonly [number, number])[] {
  const compiled = Pattern.of(pattern, new EvaluationBudget());
  const ranges: [number, number][] = [];
  for (let unit = 0; unit < 0x10000; unit += 1) {
    if (!compiled.isMatch(String.fromCharCode(unit), new EvaluationBudget())) continue;
    const last = ranges.at(-1);
    if (last?.[1] === unit - 1) last[1] = unit;
    else ranges.push([unit, unit]);
  }
  return ranges;
}
