/** Every function of the language: what it gives, with the page that says so (tags of docs/decisions/0005). */
import { FUNCTIONS } from '../../shared/mapping/expression/families/FUNCTIONS';
import { runCases } from '../../local/commands/mapping/runCases';

/** 30 June 2021, 10:05:06.789 UTC. */
const NOW = Date.UTC(2021, 5, 30, 10, 5, 6, 789);

type Attributes = Readonly<Record<string, unknown>>;
type Row = readonly [source: string, expression: string, attributes: Attributes, expected: unknown];

const evaluate = (expression: string, attributes: Attributes = {}, taken: readonly string[] = []) => {
  const [result] = runCases([{ id: 1, expression, attributes, taken }], NOW);
  const outcome = result?.outcome;
  if (outcome === undefined) throw new Error('no outcome');
  return 'value' in outcome ? outcome.value : 'error' in outcome ? `! ${outcome.error}` : '(dropped)';
};

const VALUES: readonly Row[] = [
  // text
  ['FUN', 'Append([mailNickname], "@contoso.com")', { mailNickname: 'joe' }, 'joe@contoso.com'],
  ['inferred', 'Append([mailNickname], "@contoso.com")', {}, null],
  ['FUN', 'Join(", ", "", [surname], [givenName])', { surname: 'Doe', givenName: 'John' }, 'Doe, John'],
  ['inferred', 'Join(", ", [surname], [givenName])', { givenName: 'John' }, 'John'],
  ['FUN', 'Join(",", [proxyAddresses], "c")', { proxyAddresses: ['a', 'b'] }, 'a,b,c'],
  ['WD', 'Join("", 1000, [x])', { x: '7' }, '10007'],
  ['FUN', 'Left("John Doe", 3)', {}, 'Joh'],
  ['FUN', 'Left("abc", 0)', {}, ''],
  ['FUN', 'Left("abc", -1)', {}, 'abc'],
  ['FUN', 'Left([missing], 3)', {}, ''],
  ['FUN', 'Left("abc", 9)', {}, 'abc'],
  ['FUN', 'Mid("John Doe", 3, 5)', {}, 'hn Do'],
  ['FUN', 'Mid("John Doe", 6, 999)', {}, 'Doe'],
  ['inferred', 'Mid("abc", 9, 2)', {}, ''],
  ['CS', 'Mid("abc", 2)', {}, 'bc'],
  ['FUN', 'InStr("The quick brown fox","quick")', {}, '5'],
  ['FUN', 'InStr("repEated","e",3,vbBinaryCompare)', {}, '7'],
  ['VB', 'InStr("repEated","e",3,vbTextCompare)', {}, '4'],
  ['CS', 'InStr("abc","x")', {}, '0'],
  ['FUN', 'Word("The quick brown fox", 3, " ")', {}, 'brown'],
  ['FUN', 'Word("This,string!has&many separators",3,",!&#")', {}, 'has'],
  ['FUN', 'Word("a b", 0, " ")', {}, ''],
  ['FUN', 'Word("a b", 3, " ")', {}, ''],
  ['FUN', 'Word([missing], 1, " ")', {}, ''],
  ['reference 5', 'Split("PermissionSetOne, PermissionSetTwo", ",")', {}, ['PermissionSetOne', ' PermissionSetTwo']],
  ['FUN', 'StripSpaces(" a b\tc ")', {}, 'ab\tc'],
  ['CS', 'Trim("  a ")', {}, 'a'],
  ['CS', 'Trim([list])', { list: [' a', 'b '] }, ['a', 'b']],
  ['FUN', 'ToLower("SomeOne")', {}, 'someone'],
  ['MONO', 'ToLower("ISTANBUL", "tr-TR")', {}, 'ıstanbul'],
  ['SF', 'ToLower("X", )', {}, 'x'],
  ['FUN', 'ToUpper("sameOne")', {}, 'SAMEONE'],
  ['MONO', 'ToUpper("istanbul ß", "tr-TR")', {}, 'İSTANBUL ß'],
  ['FUN', 'PCase("joEl teSt")', {}, 'Joel Test'],
  ['FUN', 'PCase("PABLO GONSALVES (SECOND)")', {}, 'Pablo Gonsalves (Second)'],
  ['FUN', `PCase("PINTO-DE'SILVA", " '-")`, {}, "Pinto-De'Silva"],
  ['FUN', 'PCase("ANNE-MARIE", " ")', {}, 'Anne-marie'],
  ['.NET', `PCase("O'BRIEN")`, {}, "O'brien"],
  ['FUN', 'NormalizeDiacritics([name])', { name: 'Łukasz Øst Ærø ß ẞ İı Çşğ Ű' }, 'Lukasz OEst AEroe ss SS Ii Csg U'],
  ['inferred', 'NormalizeDiacritics([name])', { name: 'Жанна Παύλος đþ' }, 'Жанна Παύλος đþ'],
  // Replace
  ['FUN', 'Replace([a], "one", , , "1", , )', { a: 'one two one' }, '1 two 1'],
  ['FUN', 'Replace("aA", "a", , , "b", , )', {}, 'bA'],
  ['FUN', 'Replace([a], "$&", , , "$$", , )', { a: 'x$&y' }, 'x$$y'],
  ['FUN', 'Replace([user], "{}", , , , , "smtp:{}@x")', { user: 'joe' }, 'smtp:joe@x'],
  ['WD', 'Replace([mobile], , "[()\\\\s-]+", , "", , )', { mobile: '+1 (999) 888-7777' }, '+19998887777'],
  ['FUN', 'Replace([p], , "^\\\\+(?<code>\\\\d+) (?<rest>.*)$", , "${rest}", , )', { p: '+44 12 34' }, '12 34'],
  ['FUN', 'Replace([p], , "^\\\\+(?<code>\\\\d+) ", , "", , )', { p: '12 34' }, '12 34'],
  [
    'FUN',
    'Replace([a], , "(?<streetNumber>^\\\\d*)", "streetNumber", "888", , )',
    { a: '545 Tremont Street' },
    '888 Tremont Street',
  ],
  ['FUN', 'Replace([a], , "(?<id>.*)@.*", "id", , [mail], )', { mail: 'joe@x' }, 'joe'],
  ['FUN', 'Replace([a], , "(?<id>.*)@.*", "id", , [mail], )', { a: 'kept', mail: 'joe@x' }, 'kept'],
  ['inferred', 'Replace([a],"x",,,"y")', { a: 'x' }, 'y'],
  ['SF', 'Replace([a],,"([\\/\\\\\\[\\]\\:\\;\\|\\=\\,\\+\\*\\?\\<\\>])",,"",,)', { a: 'a/b[c]d:e' }, 'abcde'],
  ['inferred', 'Replace([missing], "a", , , "b", , )', {}, null],
  ['.NET', 'Replace([a], , "^.{0,65535}$", , "x", , )', { a: 'abc' }, 'x'],
  // choice
  ['CUS', 'Switch([IsSoftDeleted], , "False", "True", "True", "False")', { IsSoftDeleted: true }, 'False'],
  ['FUN', 'Switch([c], "other", "a", "1", "A", "2")', { c: 'A' }, '2'],
  ['FUN', 'Switch([c], "other", "a", "1")', { c: 'x' }, 'other'],
  ['FUN', 'Switch([c], "other", "", "none")', {}, 'none'],
  ['SF', 'Switch([c],[c],"","N/A")', { c: '' }, 'N/A'],
  ['inferred', 'Switch([c], , "a", "1")', { c: 'x' }, null],
  ['FUN', 'Switch([n], "none", "01", "text", "1", "number")', { n: 1 }, 'number'],
  ['inferred', 'Switch([c], , "a", "first", "a", "second")', { c: 'a' }, 'first'],
  ['CUS', 'Switch(IsPresent([x]), "no", "True", "yes")', { x: '1' }, 'yes'],
  ['FUN lazy', 'Switch("a", Error("never"), "a", "1", "b", Error("never"))', {}, '1'],
  ['FUN', 'IIF([country]="USA",[country],[department])', { country: 'USA', department: 'd' }, 'USA'],
  ['FUN', 'IIF([country]="USA",[country],[department])', { department: 'd' }, 'd'],
  ['WD', 'IIF([StatusRehire]=1, "yes", "no")', { StatusRehire: '1' }, 'yes'],
  ['WD', 'IIF(Count([x])>=2, "many", "few")', { x: ['a', 'b'] }, 'many'],
  ['SF', 'IIF(IsNullOrEmpty([x]), "none", [x])', {}, 'none'],
  ['FUN lazy', 'IIF(IsPresent([d]), FormatDateTime([d], , "yyyy", "yy"), "")', {}, ''],
  ['inferred', 'IIF([a]="a", "same", "other")', { a: 'A' }, 'other'],
  ['inferred', 'IIF([a]<>"a", "other", "same")', { a: 'a' }, 'same'],
  ['inferred', 'IIF("10">"9", "number", "text")', {}, 'number'],
  ['FUN', 'Coalesce([a], [b], "default")', { b: 'x' }, 'x'],
  ['SF', 'Coalesce([a], [b], "default")', { a: '', b: null }, 'default'],
  ['FUN', 'Coalesce([a], [b])', {}, null],
  ['FUN', 'IgnoreFlowIfNullOrEmpty([a])', { a: '' }, '(dropped)'],
  ['FUN', 'ToUpper(IgnoreFlowIfNullOrEmpty([a]))', { a: 'x' }, 'X'],
  ['WD', 'IIF([a]="1", [a], IgnoreAttributeFlow)', {}, '(dropped)'],
  ['CS', '"a" & [b] & "c"', { b: 'B' }, 'aBc'],
  // presence and logic
  ['FUN', 'IsNull([a])', {}, 'True'],
  ['inferred', 'IsNull([a])', { a: '' }, 'False'],
  ['FUN', 'IsNullOrEmpty([a])', { a: '' }, 'True'],
  ['FUN', 'IsPresent([a])', { a: 'x' }, 'True'],
  ['FUN', 'IsString([a])', { a: 'x' }, 'True'],
  ['CS', 'IsString([a])', {}, 'False'],
  ['FUN', 'Not([IsSoftDeleted])', { IsSoftDeleted: 'True' }, 'False'],
  ['FUN', 'Not([missing])', {}, 'True'],
  ['FUN', 'CBool([a] = [b])', { a: 'x', b: 'x' }, 'True'],
  ['FUN', 'CBool(7)', {}, 'True'],
  ['FUN', 'CBool("0")', {}, 'False'],
  ['FUN', 'BitAnd(&HF, &HF7)', {}, '7'],
  ['VB', 'BitAnd([uac], 2)', { uac: 514 }, '2'],
  // dates
  ['FUN', 'Now()', {}, '6/30/2021 10:05:06 AM'],
  ['FUN', 'CDate("2020-03-16-07:00")', {}, '3/16/2020 7:00:00 AM'],
  ['FUN', 'CDate("2021-06-30+08:00")', {}, '6/29/2021 4:00:00 PM'],
  ['MONO', 'DateAdd("m", 1, CDate("2021-01-31"))', {}, '2/28/2021 12:00:00 AM'],
  ['SF', 'DateAdd("d", "-10", CDate("2021-01-05"))', {}, '12/26/2020 12:00:00 AM'],
  ['FUN', 'DateDiff("d", CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00"))', {}, '-3449'],
  ['FUN', 'DateDiff("ww", CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00"))', {}, '-493'],
  ['FUN', 'DateDiff("m", CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00"))', {}, '-113'],
  ['FUN', 'DateDiff("yyyy", CDate("8/25/2021 5:41:18 PM"), CDate("2012-03-16-07:00"))', {}, '-9'],
  ['FUN', 'DateDiff("s", CDate("2021-08-18"), CDate("2021-08-19"))', {}, '86400'],
  ['inferred', 'DateDiff("d", Now(), CDate([missing]))', {}, null],
  ['FUN', 'FormatDateTime([d], ,"yyyyMMddHHmmss.fZ","yyyy-MM-dd")', { d: '20150123105347.1Z' }, '2015-01-23'],
  ['LW', 'FormatDateTime([d], ,"yyyy-MM-ddzzz", "yyyyMMddHHmmss.fZ")', { d: '2020-03-16-07:00' }, '20200316070000.0Z'],
  ['CS', 'FormatDateTime([d], "d/M/yyyy", "yyyy-MM-dd")', { d: '5/1/2025' }, '2025-01-05'],
  ['FUN', 'DateFromNum(129699324000000000)', {}, '1/1/2012 11:00:00 PM'],
  ['FUN', 'NumFromDate("2020-12-31 23:59:59-08:00")', {}, '132539615990000000'],
  // lists
  ['FUN', 'Count([x])', { x: ['a', 'b', 'c'] }, '3'],
  ['inferred', 'Count([x])', {}, '0'],
  ['FUN', 'Item([x], 2)', { x: ['a', 'b'] }, 'b'],
  ['FUN', 'RemoveDuplicates([x])', { x: ['a', 'b', 'a', 'A'] }, ['a', 'b', 'A']],
  ['CS', 'Contains([x], "B")', { x: ['a', 'b'] }, '2'],
  // conversion
  ['FUN', 'ConvertToBase64("Hello world!")', {}, 'SABlAGwAbABvACAAdwBvAHIAbABkACEA'],
  ['CS', 'ConvertFromBase64("SABlAGwAbABvACAAdwBvAHIAbABkACEA")', {}, 'Hello world!'],
  ['CS', 'ConvertFromBase64("SGVsbG8gd29ybGQh", UTF8)', {}, 'Hello world!'],
  ['FUN', 'ConvertToUTF8Hex("Hello world!")', {}, '48656C6C6F20776F726C6421'],
  ['FUN', 'CStr([flag])', { flag: true }, 'True'],
  ['FUN', 'Redact([a])', { a: 'x' }, 'x'],
  ['CS', 'DNComponent([dn], 1)', { dn: 'CN=Doe\\, Joe,OU=Sales,DC=x' }, 'Doe, Joe'],
  // roles
  ['FUN', 'SingleAppRoleAssignment([appRoleAssignments])', { appRoleAssignments: ['User'] }, 'User'],
  ['FUN', 'SingleAppRoleAssignment([r])', { r: [{ id: '1', value: 'v', displayName: 'Organizer' }] }, 'Organizer'],
  ['inferred', 'SingleAppRoleAssignment([appRoleAssignments])', {}, null],
  ['CUS', 'AppRoleAssignmentsComplex([r])', { r: ['A'] }, ['{"id":"","value":"A","displayName":"A"}']],
  [
    'CUS',
    'AssertiveAppRoleAssignmentsComplex([r])',
    { r: ['A', 'B'] },
    ['{"id":"","value":"A","displayName":"A"}', '{"id":"","value":"B","displayName":"B"}'],
  ],
  // grammar
  ['grammar', '"a\\"b\\\\c"', {}, 'a"b\\c'],
  ['WD', '"\\+"', {}, '\\+'],
  ['grammar', '[x]', { x: 9_007_199_254_740_993n }, '9007199254740993'],
  ['grammar', ' ToLower\n ( "A" ) ', {}, 'a'],
  ['grammar', 'tolower("A")', {}, 'a'],
  ['grammar', '-12', {}, '-12'],
  ['grammar', '[constructor]', {}, null],
];

test.each(VALUES)('%s: %s with %j gives %j', (_, expression, attributes, expected) => {
  expect(evaluate(expression, attributes)).toEqual(expected);
});

const ERRORS: readonly (readonly [expression: string, attributes: Attributes, error: RegExp])[] = [
  ['Foo("a")', {}, /^! UnknownFunction: Foo: .*\(character 1\)$/],
  ['Append("a", Prepend("b"))', {}, /UnknownFunction: Prepend: Microsoft lists .*character 13/],
  ['ToLower()', {}, /WrongNumberOfArguments: ToLower: the argument "source" is missing/],
  ['Not("a", "b")', {}, /WrongNumberOfArguments: Not: takes at most 1 argument, not 2/],
  ['Switch([a], "x", "1")', {}, /InvalidCombination: Switch/],
  ['Switch([a], , "k", "v", "k2")', {}, /InvalidCombination: Switch: has 5 places/],
  ['Replace([a], "x", "y", , "z", , )', {}, /InvalidCombination: Replace/],
  ['ToLower(SelectUniqueValue("a", "b"))', {}, /InvalidCombination: SelectUniqueValue: .*outermost.*character 9/],
  ['"abc', {}, /UnclosedText: .*character 1/],
  ['[abc', {}, /UnclosedText/],
  ['ToLower("a"', {}, /UnclosedText: ToLower: .*never closed/],
  ['ToLower("a" "b")', {}, /UnexpectedText: .*comma.*character 13/],
  ['ToLower(abc)', {}, /UnexpectedText: "abc".*character 9/],
  ['', {}, /UnexpectedText/],
  [`"${'a'.repeat(10_000)}"`, {}, /TooLong: .*10002.*10000/],
  ['('.repeat(9_000), {}, /UnexpectedText/],
  ['Not('.repeat(2_000), {}, /TooDeep/],
  // Each chain is short enough, and so are the calls; one in the other they would be too deep for the stack.
  [`${'Trim('.repeat(9)}1${`${'&1'.repeat(480)})`.repeat(9)}`, {}, /TooDeep: More than 500 calls and joined values/],
  [`1${'&1'.repeat(501)}`, {}, /TooDeep/],
  [
    'ToLower([x])',
    { x: ['a', 'b'] },
    /WrongKind: ToLower, argument "source": one value.*list of 2 values.*character 9/,
  ],
  ['Left("abc", "x")', {}, /WrongKind: Left, argument "NumChars": a number is expected, but this is text/],
  ['Mid("abc", 0, 1)', {}, /OutOfRange: Mid, argument "start"/],
  ['Item([x], 3)', { x: ['a'] }, /OutOfRange: Item, argument "index"/],
  ['FormatDateTime("x", , "yyyy", "yyyy")', {}, /InvalidDate: FormatDateTime, argument "source"/],
  ['FormatDateTime("2021", , "yyyy", "q")', {}, /InvalidDateFormat: FormatDateTime, argument "outputFormat"/],
  ['FormatDateTime("8/25/2021 5:41:18 PM", , "M/d/yyyy hh:mm:ss tt", "yyyy")', {}, /InvalidDate/],
  [
    'FormatDateTime("2021", "RoundtripKind, AssumeLocal", "yyyy", "yyyy")',
    {},
    /OutOfRange: FormatDateTime, argument "dateTimeStyles"/,
  ],
  ['CDate("tomorrow")', {}, /InvalidDate: CDate/],
  ['DateAdd("x", 1, Now())', {}, /OutOfRange: DateAdd, argument "interval"/],
  ['DateFromNum(9223372036854775807)', {}, /OutOfRange: DateFromNum/],
  [
    'Replace("a", , "(a", , "b", , )',
    {},
    /InvalidPattern: Replace, argument "RegularExpression": .*character 1 of the pattern/,
  ],
  ['Replace("a", , "(a)\\\\1", , "b", , )', {}, /InvalidPattern: .*back-reference/],
  ['Replace("a", , "(?<n>a)", "m", "b", , )', {}, /InvalidPattern: .*no group named "m"/],
  ['ToLower("a", "xx-not-a-culture-zz")', {}, /UnknownCulture/],
  ['SingleAppRoleAssignment([r])', { r: ['a', 'b'] }, /TooManyRoles: .*found: 2/],
  ['Error("no way")', {}, /RaisedByExpression: Error: no way/],
  ['RandomString(3, 4, 0, 0, 0)', {}, /OutOfRange/],
  ['RandomString(257, 0, 0, 0, 0)', {}, /OutOfRange/],
  ['vbTextCompare', {}, /UnexpectedText/],
  [`${'Replace('.repeat(40)}"a"${', "a", , , "aaaaaaaaaa", , )'.repeat(40)}`, {}, /TextTooLong: Replace/],
  [`${'Replace('.repeat(30)}"a"${', , "a", , "$_$_$_$_$_$_", , )'.repeat(30)}`, {}, /TextTooLong|TooExpensive/],
  [`${'Join([x], '.repeat(20)}"a"${', "a", "a", "a")'.repeat(20)}`, { x: 'y'.repeat(50_000) }, /TextTooLong: Join/],
  ['CDate([x])', { x: `2021-01-01${' '.repeat(60_000)}x` }, /InvalidDate: CDate, .*too long/],
  ['FormatDateTime("2021", "constructor", "yyyy", "yyyy")', {}, /OutOfRange: FormatDateTime/],
];

test.each(ERRORS)('%.80s fails', (expression, attributes, error) => {
  expect(evaluate(expression, attributes)).toMatch(error);
});

test('SelectUniqueValue takes the first value that the target does not hold', () => {
  const expression = 'SelectUniqueValue([a], Append([a], "1"), Error("not evaluated"))';
  expect(evaluate(expression, { a: 'joe' })).toBe('joe');
  expect(evaluate(expression, { a: 'joe' }, ['joe'])).toBe('joe1');
  expect(evaluate('SelectUniqueValue("a", "b")', {}, ['a', 'b'])).toMatch(/NoUniqueValue/);
});

test('Guid and RandomString', () => {
  expect(evaluate('Guid()')).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(evaluate('Guid()')).not.toBe(evaluate('Guid()'));
  for (let round = 0; round < 50; round += 1) {
    const text = String(evaluate('RandomString(6,3,0,0,3,"abc012")'));
    expect(text).toMatch(/^[d-z3-9]{6}$/);
    expect(text.replace(/\D/gu, '')).toHaveLength(3);
  }
});

test('every function has a row here', () => {
  const all = [...VALUES.map((row) => row[1]), ...ERRORS.map((row) => row[0]), 'Guid() SelectUniqueValue('].join('\n');
  expect(FUNCTIONS.map((one) => one.name).filter((name) => !all.includes(`${name}(`))).toEqual([]);
});

test('a Switch gives the same whichever other attribute changed (the fault of FUN’s caution box)', () => {
  const expression = 'Switch([state], "none", "NSW", "New South Wales", "QLD", "Queensland")';
  expect(evaluate(expression, { state: 'QLD', department: 'a' })).toBe('Queensland');
  expect(evaluate(expression, { state: 'QLD', department: 'b' })).toBe('Queensland');
});
