/**
 * `npm run docs:check`: what the repository cites has to be in it. Looked at are names of pages with their sections, numbers of
 * invariants and rules, keys of sources, links between pages, and which tests try which invariant. Before it judges, the check
 * proves on planted samples that it can fail.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const CHECKED = /\.(ts|mts|mjs|cjs|bicep|bicepparam|md|sh)$/;
const SKIPPED = /^(node_modules|dist|coverage|\.git|\.data|infra\/compiler|infra\/\.bicep|test\/fixtures)(\/|$)/;
const SELF = 'test/docs/checkCitations.mts';

const FACTS = 'docs/facts';
const INVARIANTS = 'docs/invariants.md';
const PROTOCOL = 'docs/protocol.md';

/** Upper-case words in brackets that are no source. */
const NO_SOURCES = new Set(['RFC', 'HTTP', 'UTC', 'NOT', 'AND', 'OR', 'TTL', 'DLQ', 'URL', 'JSON', 'SCIM']);

interface Fault {
  readonly at: number;
  readonly text: string;
}
interface Repository {
  readonly read: (name: string) => string | undefined;
  readonly exists: (name: string) => boolean;
  /** Files that are checked. */
  readonly names: readonly string[];
}

const isPage = (name: string): boolean => name.endsWith('.md');
const join = (...parts: string[]): string => path.posix.normalize(path.posix.join(...parts));
const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Addresses elsewhere hold names of files, too. */
const withoutAddresses = (text: string): string => text.replace(/\bhttps?:\/\/[^\s)>\]'"`]+/g, blank);

/** What people read: of code the comments, of pages everything. Positions stay. */
function prose(name: string, text: string): string {
  if (isPage(name)) return text;
  return text
    .split('\n')
    .map((line) => {
      if (/^\s*(\/?\*|\/\/|#)/.test(line)) return line;
      const start = /(^|\s)\/\//.exec(line)?.index ?? line.length;
      return blank(line.slice(0, start)) + line.slice(start);
    })
    .join('\n');
}

const HEADING = /^#{1,6} +(.+?) *$/gm;
const headingsOf = (text: string): string[] => [...text.matchAll(HEADING)].map((match) => match[1] ?? '');

/** The text below the heading that begins with this number or name. */
function sectionOf(text: string, number: string): string | undefined {
  let start: number | undefined;
  for (const match of text.matchAll(HEADING)) {
    if (start !== undefined) return text.slice(start, match.index);
    if ((match[1] ?? '').split(' ')[0] === number) start = match.index;
  }
  return start === undefined ? undefined : text.slice(start);
}

/** As GitHub makes them. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

/** Keys of the table of sources at the head of a page of facts. */
function sourcesOf(page: string | undefined): Set<string> {
  const table = /^\| key +\| source[^\n]*\n\|[-| ]+\n((?:\|[^\n]*\n)+)/m.exec(page ?? '')?.[1] ?? '';
  return new Set([...table.matchAll(/^\| *([A-Z][A-Z0-9-]*) *\|/gm)].map((match) => match[1] ?? ''));
}

/** `goto-api.md 2.1, 2.2`, `goto-api.md 6, items 4 and 5`, `local-stack.md 2, "Semantics"`; a comment may break the line. */
function* citedSections(text: string, name: string, page: string, at: number): Generator<Fault> {
  const tail = text.slice(at, at + 300).replace(/\n\s*(\*(?!\/)|\/\/|#)?\s*/g, ' ');
  const list = /^ (?:sections? )?(\d+(?:\.\d+)*(?:(?:, | and )\d+(?:\.\d+)*(?![\d.]*\w))*)/.exec(tail);
  if (list === null) return;
  const numbers = (list[1] ?? '').split(/, | and /);
  for (const number of numbers)
    if (sectionOf(page, number) === undefined) yield { at, text: `${name} has no section ${number}` };
  const last = sectionOf(page, numbers.at(-1) ?? '') ?? '';
  const rest = tail.slice(list[0].length);
  for (const item of /^, items? ([\d, and]+)/.exec(rest)?.[1]?.match(/\d+/g) ?? [])
    if (!new RegExp(`^\\| *${item} *\\|`, 'm').test(last)) yield { at, text: `${name} has no item ${item} there` };
  const quoted = /^, ["“]([^"”]+)["”]/.exec(rest)?.[1];
  if (quoted !== undefined && !last.toLowerCase().includes(quoted.toLowerCase()))
    yield { at, text: `${name} says nothing of "${quoted}" there` };
}

function* citedPages(name: string, text: string, repository: Repository): Generator<Fault> {
  for (const match of text.matchAll(/(?<![\w*])[\w./-]*[\w-]\.md\b/g)) {
    const cited = match[0];
    const candidates = [cited, join('docs', cited), join(FACTS, cited)];
    if (isPage(name) || cited.startsWith('.')) candidates.unshift(join(path.posix.dirname(name), cited));
    // The page that a program writes stands among pages.
    const page = candidates.map((one) => [one, repository.read(one)] as const).find(([, found]) => found !== undefined);
    if (page?.[1] === undefined) yield { at: match.index, text: `${cited} is not in the repository` };
    else yield* citedSections(text, cited, page[1], match.index + cited.length);
  }
}

function* citedNumbers(name: string, text: string, repository: Repository): Generator<Fault> {
  const heads = (page: string): Set<string> =>
    new Set(headingsOf(repository.read(page) ?? '').map((heading) => heading.split(' ')[0] ?? ''));
  const [invariants, rules] = [heads(INVARIANTS), heads(PROTOCOL)];
  for (const { 0: cited, index: at } of text.matchAll(/\bI\d{2}\b/g))
    if (!invariants.has(cited)) yield { at, text: `${cited} is no invariant of ${INVARIANTS}` };
  for (const { 0: cited, index: at } of text.matchAll(/\bR\d{1,2}\b/g))
    if (!rules.has(cited)) yield { at, text: `${cited} is no rule of ${PROTOCOL}` };
  for (const { 0: cited, index: at } of text.matchAll(/\bD\d{1,2}\b/g))
    yield { at, text: `${cited} is a number of notes that are not in the repository` };
  for (const { 0: cited, index: at } of prose(name, text).matchAll(/\b([CGMNS]\d{1,2}|F\d{2})\b/g))
    yield { at, text: `${cited} is a number of notes that are not in the repository` };
}

function* citedSources(name: string, text: string, repository: Repository): Generator<Fault> {
  if (name.startsWith(`${FACTS}/`)) {
    const known = sourcesOf(text);
    for (const match of text.matchAll(/\[((?:documented|seen|reported|assumed|unknown)\b[^\]]*)\]/g))
      for (const { 0: key, index } of (match[1] ?? '').matchAll(/(?<=[:,;] )[A-Z][A-Z0-9-]*\b/g))
        if (!known.has(key) && !NO_SOURCES.has(key))
          yield { at: match.index + index, text: `${key} is no source of this page` };
    return;
  }
  if (isPage(name)) return;
  const known = repository.names.filter((one) => one.startsWith(`${FACTS}/`));
  const keys = new Set(known.flatMap((one) => [...sourcesOf(repository.read(one))]));
  for (const match of prose(name, text).matchAll(/\(([A-Z]{2,7})(?=[),;:]|\/…|\/[a-z])/g)) {
    const key = match[1] ?? '';
    if (!keys.has(key) && !NO_SOURCES.has(key))
      yield { at: match.index, text: `${key} is no source of any page in ${FACTS}` };
  }
}

function* links(name: string, text: string, repository: Repository): Generator<Fault> {
  if (!isPage(name)) return;
  const readable = text.replace(/^```[^]*?^```/gm, blank).replace(/`[^`\n]*`/g, blank);
  for (const match of readable.matchAll(/\]\(([^)\s]+)\)/g)) {
    const target = match[1] ?? '';
    if (/^[a-z]+:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const to = file === '' ? name : join(path.posix.dirname(name), file);
    const page = repository.read(to);
    if (!repository.exists(to)) yield { at: match.index, text: `the link ${target} leads nowhere` };
    else if (anchor !== undefined && !headingsOf(page ?? '').some((heading) => anchorOf(heading) === anchor))
      yield { at: match.index, text: `${to} has no heading #${anchor}` };
  }
}

/** Which tests try an invariant: the page says so, the tests name its number. */
function* triedBy(name: string, text: string, repository: Repository): Generator<Fault> {
  if (name !== INVARIANTS) return;
  for (const { 0: heading, 1: number = '', index: at } of text.matchAll(/^## (I\d{2}) .*$/gm)) {
    const tried = /Tried by ([^]+?)\.(?=\s|$)/.exec(sectionOf(text, number) ?? '')?.[1];
    const naming = repository.names.filter(
      (one) =>
        one.startsWith('test/') && one !== SELF && new RegExp(`\\b${number}\\b`).test(repository.read(one) ?? ''),
    );
    if (tried === undefined) yield { at, text: `${heading.slice(3)} does not say what tries it` };
    else if (tried === 'nothing yet') {
      if (naming.length > 0) yield { at, text: `${number} is tried by ${naming.join(', ')}` };
    } else
      for (const folder of tried.match(/(?<=`)[^`,]+(?=`)/g)?.filter((one) => one.trim() !== '') ?? [])
        if (!naming.some((one) => one.startsWith(folder))) yield { at, text: `nothing in ${folder} names ${number}` };
  }
}

const CHECKS = [citedPages, citedNumbers, citedSources, links, triedBy];

function faultsOf(name: string, text: string, repository: Repository): string[] {
  const read = withoutAddresses(text);
  return CHECKS.flatMap((check) => [...check(name, read, repository)])
    .sort((left, right) => left.at - right.at)
    .map((fault) => `${name}:${String(read.slice(0, fault.at).split('\n').length)}: ${fault.text}`);
}

/** Each of these has to be refused for what stands behind it, or to pass where nothing does. */
const SAMPLES: readonly (readonly [name: string, text: string, fault?: string])[] = [
  ['shared/a.ts', '// good: goto.md 2.1, 6 (KEY); docs/facts/goto.md 6, item 4; I01 and R1, docs/protocol.md R1'],
  ['shared/a.ts', '/** broken by a line: goto.md\n * 2.1, "said there". https://example.org/there.md 9.9 */'],
  ['shared/a.ts', "const D = 'S2', c = (UNKNOWN);"],
  ['docs/a.md', 'See [b](facts/goto.md#21-general), [c](facts), `[x](y.md)` of goto.md'.replace('y.md', 'y')],
  ['shared/a.ts', '// goto.md 9.9', 'goto.md has no section 9.9'],
  ['shared/a.ts', '// goto.md\n// 2.1, 2.7', 'goto.md has no section 2.7'],
  ['shared/a.ts', '// goto.md 6, items 4 and 5', 'goto.md has no item 5 there'],
  ['shared/a.ts', '// goto.md 2.1, "never said"', 'goto.md says nothing of "never said" there'],
  ['infra/a.bicep', '// brief.md G3', 'brief.md is not in the repository'],
  ['shared/a.ts', '// ../elsewhere/goto.md 2.1', '../elsewhere/goto.md is not in the repository'],
  ['shared/a.ts', '// I02', 'I02 is no invariant of docs/invariants.md'],
  ['shared/a.ts', 'const a = 1; // R2', 'R2 is no rule of docs/protocol.md'],
  ['test/a.mjs', "it('holds (D12)')", 'D12 is a number of notes'],
  ['shared/a.ts', '/* as S2 says */', 'S2 is a number of notes'],
  ['shared/a.ts', '// as documented (NOKEY, Word)', 'NOKEY is no source of any page'],
  [
    'docs/facts/goto.md',
    '| key | source |\n| --- | --- |\n| A | b |\n\n## 1\n[seen: A, B]\n',
    'B is no source of this page',
  ],
  ['docs/a.md', '[b](facts/none.md)', 'the link facts/none.md leads nowhere'],
  ['docs/a.md', '[b](facts/goto.md#none)', 'docs/facts/goto.md has no heading #none'],
  ['docs/invariants.md', '## I01 Good\nTried by `test/a.test.ts`, `test`.\nMore.'],
  ['docs/invariants.md', '## I01 Good\nTried by `test/none`.', 'nothing in test/none names I01'],
  [
    'docs/invariants.md',
    '## I01 Good\nTried by `test/a.test.ts`, `test/b.test.ts`.',
    'nothing in test/b.test.ts names I01',
  ],
  ['docs/invariants.md', '## I01 Good\nTried by nothing yet.', 'I01 is tried by test/a.test.ts'],
  ['docs/invariants.md', '## I01 Good\n', 'I01 Good does not say what tries it'],
];
const SAMPLE_PAGES: Readonly<Record<string, string>> = {
  'docs/facts/goto.md':
    '| key | source |\n| --- | --- |\n| KEY | x |\n\n## 2.1 General\n\nSaid there.\n\n## 6 Open\n\n| item | x |\n| 4 | x |\n',
  'docs/invariants.md': '## I01 Good\nTried by `test/a.test.ts`.',
  'docs/protocol.md': '### R1 Good\n',
  'test/a.test.ts': '// I01',
};

function provenOnSamples(): string[] {
  const repository: Repository = {
    read: (name) => SAMPLE_PAGES[name],
    exists: (name) => name in SAMPLE_PAGES || name === FACTS,
    names: Object.keys(SAMPLE_PAGES),
  };
  return SAMPLES.flatMap(([name, text, expected]) => {
    const faults = faultsOf(name, text, repository);
    const isRight = expected === undefined ? faults.length === 0 : faults.some((fault) => fault.includes(expected));
    return isRight ? [] : [`the check itself: ${JSON.stringify(text)} gave ${JSON.stringify(faults)}`];
  });
}

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })) {
    const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
    if (SKIPPED.test(name)) continue;
    if (entry.isDirectory()) yield* walk(name);
    else if (CHECKED.test(name) && name !== SELF) yield name;
  }
}

const names = [...walk('')].sort();
const texts = new Map<string, string>();
const read = (name: string): string | undefined => {
  if (!texts.has(name) && existsSync(name) && statSync(name).isFile()) texts.set(name, readFileSync(name, 'utf8'));
  return texts.get(name);
};
const repository: Repository = { read, exists: existsSync, names };

const faults = [...provenOnSamples(), ...names.flatMap((name) => faultsOf(name, read(name) ?? '', repository))];
for (const fault of faults) console.error(fault);
console.log(
  `citations: ${String(names.length)} files, ${String(SAMPLES.length)} planted samples, ${String(faults.length)} faults`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
