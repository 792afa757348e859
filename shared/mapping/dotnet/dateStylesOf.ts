import type { DateStyles } from './parseExactDate';

const NONE: DateStyles = {
  allowLeadingWhite: false,
  allowInnerWhite: false,
  allowTrailingWhite: false,
  noCurrentDateDefault: false,
  assumeLocal: false,
  assumeUniversal: false,
  adjustToUniversal: false,
  roundtripKind: false,
};

/** What FormatDateTime uses when no style is given (FUN). */
const DEFAULT: DateStyles = { ...NONE, allowLeadingWhite: true, allowTrailingWhite: true, roundtripKind: true };

const NAMES: ReadonlyMap<string, Partial<DateStyles>> = new Map<string, Partial<DateStyles>>(
  Object.entries({
    none: {},
    allowleadingwhite: { allowLeadingWhite: true },
    allowinnerwhite: { allowInnerWhite: true },
    allowtrailingwhite: { allowTrailingWhite: true },
    allowwhitespaces: { allowLeadingWhite: true, allowInnerWhite: true, allowTrailingWhite: true },
    nocurrentdatedefault: { noCurrentDateDefault: true },
    assumelocal: { assumeLocal: true },
    assumeuniversal: { assumeUniversal: true },
    adjusttouniversal: { adjustToUniversal: true },
    roundtripkind: { roundtripKind: true },
  }),
);

/** A comma list of DateTimeStyles names, in any letter case → flags, or what .NET would refuse. */
export function dateStylesOf(text: string | null): DateStyles | { readonly problem: string } {
  if (text === null || text.trim() === '') return DEFAULT;
  let styles = NONE;
  for (const name of text.split(',')) {
    const flags = NAMES.get(name.trim().toLowerCase());
    if (flags === undefined) return { problem: `"${name.trim()}" is no DateTimeStyles name of .NET.` };
    styles = { ...styles, ...flags };
  }
  if (styles.assumeLocal && styles.assumeUniversal) {
    return { problem: 'AssumeLocal and AssumeUniversal exclude each other.' };
  }
  if (styles.roundtripKind && (styles.assumeLocal || styles.assumeUniversal || styles.adjustToUniversal)) {
    return { problem: 'RoundtripKind cannot be joined with AssumeLocal, AssumeUniversal or AdjustToUniversal.' };
  }
  return styles;
}
