/**
 * DateTime.ParseExact with the invariant culture, on a host in UTC. Follows the rules of DateTimeParse in dotnet/runtime,
 * which test/oracle asks of a real .NET; also `CDate` and `FormatDateTime` rest on it.
 */
import { DateFormatError } from './DateFormatError';
import { abbreviated, MONTHS, WEEKDAYS } from './dateNames';
import { dateFromTicks, partsOf, ticksOf, TICKS_PER_DAY, TICKS_PER_SECOND, type DotnetDate } from './DotnetDate';
import { customFormatOf, quotedLiteral, runLength } from './standardDateFormats';

export interface DateStyles {
  readonly allowLeadingWhite: boolean;
  readonly allowInnerWhite: boolean;
  readonly allowTrailingWhite: boolean;
  readonly noCurrentDateDefault: boolean;
  readonly assumeLocal: boolean;
  readonly assumeUniversal: boolean;
  readonly adjustToUniversal: boolean;
  readonly roundtripKind: boolean;
}

/** Two-digit years up to this are in the 2000s (.NET 8 and later; Mono had 2029). */
const TWO_DIGIT_YEAR_MAX = 2049;
/** No name of a month or a weekday is longer. */
const MAX_NAME = 16;
const TICKS_PER_MINUTE = 60n * TICKS_PER_SECOND;

/**
 * @param nowMs what parts that are missing are taken from
 * @throws DateFormatError subject `text` when the text does not fit, `format` when the format is wrong
 */
export function parseExactDate(text: string, format: string, styles: DateStyles, nowMs: number): DotnetDate {
  if (text === '') throw new DateFormatError('text', 'The text is empty.');
  return new ExactParser(text, format, styles, nowMs).parse();
}

type Field = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction' | 'weekday' | 'mark';

class ExactParser {
  readonly #fields = new Map<Field, number>();
  #twoDigitYear = false;
  #hour12 = false;
  /** Minutes east of UTC when the text says so. */
  #offset: number | null = null;
  #zoneUtc = false;
  #index = 0;
  #text: string;
  #format: string;
  readonly #styles: DateStyles;

  constructor(
    text: string,
    private readonly standard: string,
    styles: DateStyles,
    private readonly nowMs: number,
  ) {
    this.#text = text;
    this.#format = customFormatOf(standard);
    this.#styles = styles;
    // The standard formats o and U bring their own reading of the zone; r, R and u read none (as .NET does).
    if (standard === 'o' || standard === 'O') this.#styles = { ...styles, roundtripKind: true };
    if (standard === 'U') {
      this.#styles = { ...styles, roundtripKind: false, assumeUniversal: true, adjustToUniversal: true };
    }
  }

  parse(): DotnetDate {
    if (this.#styles.allowTrailingWhite) {
      this.#text = this.#text.trimEnd();
      this.#format = this.#format.trimEnd();
    }
    if (this.#styles.allowLeadingWhite) {
      this.#text = this.#text.trimStart();
      this.#format = this.#format.trimStart();
    }
    for (let at = 0; at < this.#format.length;) {
      if (this.#styles.allowInnerWhite) this.#skipBlanks();
      at += this.#token(at);
    }
    if (this.#index < this.#text.length) throw this.#unfit();
    return this.#result();
  }

  #unfit(): DateFormatError {
    return new DateFormatError('text', `The text does not fit the date format "${this.standard}".`);
  }

  #skipBlanks(): void {
    while (/\s/u.test(this.#text.charAt(this.#index))) this.#index += 1;
  }

  /** Reads what the format wants at `at`; @returns how many characters of the format that was. */
  #token(at: number): number {
    const char = this.#format.charAt(at);
    const run = runLength(this.#format, at);
    const digits = Math.min(run, 2);
    switch (char) {
      case 'y':
        if (run <= 2) this.#twoDigitYear = true;
        this.#set('year', this.#digits(run));
        return run;
      case 'M':
        this.#set('month', run <= 2 ? this.#digits(run) : this.#name(run === 3 ? abbreviated(MONTHS) : MONTHS) + 1);
        return run;
      case 'd':
        if (run <= 2) this.#set('day', this.#digits(run));
        else this.#set('weekday', this.#name(run === 3 ? abbreviated(WEEKDAYS) : WEEKDAYS));
        return run;
      case 'g':
        if (this.#name(['A.D.', 'AD']) < 0) throw this.#unfit();
        return run;
      case 'h':
        this.#hour12 = true;
        this.#set('hour', this.#digits(digits));
        return run;
      case 'H':
        this.#set('hour', this.#digits(digits));
        return run;
      case 'm':
        this.#set('minute', this.#digits(digits));
        return run;
      case 's':
        this.#set('second', this.#digits(digits));
        return run;
      case 'f':
      case 'F':
        if (run > 7) throw new DateFormatError('format', 'A date format has at most seven digits of a second.');
        this.#fraction(run, char === 'F');
        return run;
      case 't':
        this.#set('mark', this.#name(run === 1 ? ['A', 'P'] : ['AM', 'PM']));
        return run;
      case 'z':
        this.#setOffset(this.#readOffset(run));
        return run;
      case 'Z':
        return this.#letterZ();
      case 'K':
        this.#letterK();
        return 1;
      case "'":
      case '"': {
        const literal = quotedLiteral(this.#format, at);
        for (const one of literal.text) this.#literal(one);
        return literal.length;
      }
      case '%':
        if (this.#format.charAt(at + 1) === '' || this.#format.charAt(at + 1) === '%') {
          throw new DateFormatError('format', 'The date format ends with "%" or repeats it.');
        }
        return 1;
      case '\\':
        if (at + 1 >= this.#format.length) {
          throw new DateFormatError('format', 'The date format ends with a backslash.');
        }
        this.#literal(this.#format.charAt(at + 1));
        return 2;
      case '.':
        if (this.#text.charAt(this.#index) === '.') {
          this.#index += 1;
          return 1;
        }
        // The point goes with an optional fraction: ".FFF" fits a text without either, ".F" does not (a quirk of .NET).
        if (!this.#format.startsWith('FF', at + 1)) throw this.#unfit();
        return 1 + runLength(this.#format, at + 1);
      default:
        if (this.#format.startsWith('GMT', at)) {
          for (const letter of 'GMT') this.#literal(letter);
          this.#setOffset(0);
          return 3;
        }
        if (/\s/u.test(char)) {
          if (this.#styles.allowInnerWhite) return 1;
          // .NET: where trailing blanks are allowed, a blank of the format that is not there is passed over.
          if (this.#styles.allowTrailingWhite && this.#text.charAt(this.#index) !== char) return 1;
        }
        this.#literal(char);
        return 1;
    }
  }

  #literal(char: string): void {
    if (/\s/u.test(char) && this.#styles.allowInnerWhite) return;
    if (this.#text.charAt(this.#index) !== char) throw this.#unfit();
    this.#index += 1;
  }

  /** The same part written twice must say the same. */
  #set(field: Field, value: number): void {
    if (value < 0) throw this.#unfit();
    const earlier = this.#fields.get(field);
    if (earlier !== undefined && earlier !== value) throw this.#unfit();
    this.#fields.set(field, value);
  }

  #setOffset(minutes: number): void {
    if (this.#offset !== null && this.#offset !== minutes) throw this.#unfit();
    this.#offset = minutes;
  }

  /** One letter takes one or two digits, more letters exactly as many. */
  #digits(length: number): number {
    const rest = this.#text.slice(this.#index);
    const found = (length === 1 ? /^\d{1,2}/u : new RegExp(`^\\d{${length}}`, 'u')).exec(rest)?.[0];
    if (found === undefined) throw this.#unfit();
    this.#index += found.length;
    return Number(found);
  }

  /** The longest name that stands here, in any letter case; -1 when none does. */
  #name(names: readonly string[]): number {
    const rest = this.#text.slice(this.#index, this.#index + MAX_NAME).toLowerCase();
    let best = -1;
    for (const [index, name] of names.entries()) {
      if (rest.startsWith(name.toLowerCase()) && name.length > (names[best]?.length ?? 0)) best = index;
    }
    this.#index += names[best]?.length ?? 0;
    return best;
  }

  #fraction(length: number, optional: boolean): void {
    const found = /^\d*/u.exec(this.#text.slice(this.#index, this.#index + length))?.[0] ?? '';
    if (!optional && found.length < length) throw this.#unfit();
    this.#index += found.length;
    this.#set('fraction', Number(found.padEnd(7, '0')));
  }

  /** `z` and `zz` hours, `zzz` hours and minutes with or without a colon. */
  #readOffset(length: number): number {
    const found = (
      length === 1 ? /^([+-])(\d{1,2})/u : length === 2 ? /^([+-])(\d{2})/u : /^([+-])(\d{1,2}):?(\d{2})/u
    ).exec(this.#text.slice(this.#index));
    if (found === null) throw this.#unfit();
    const [all, sign, hours, minutes = '0'] = found;
    if (Number(hours) > 99 || Number(minutes) > 59) throw this.#unfit();
    this.#index += all.length;
    return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
  }

  #letterZ(): number {
    // A whole word: no letter may follow.
    const word = /^(?:GMT|Z)(?!\p{L})/iu.exec(this.#text.slice(this.#index))?.[0];
    if (word === undefined) throw this.#unfit();
    this.#index += word.length;
    this.#setOffset(0);
    this.#zoneUtc = true;
    return 1;
  }

  #letterK(): void {
    const char = this.#text.charAt(this.#index);
    if (char === 'Z') {
      this.#index += 1;
      this.#setOffset(0);
      this.#zoneUtc = true;
    } else if (char === '+' || char === '-') {
      this.#setOffset(this.#readOffset(3));
    }
  }

  #result(): DotnetDate {
    const year = this.#yearOf();
    const [filledYear, month, day] = this.#dateOf(year);
    const ticks = ticksOf({
      year: filledYear,
      month,
      day,
      hour: this.#hourOf(),
      minute: this.#fields.get('minute') ?? 0,
      second: this.#fields.get('second') ?? 0,
      fraction: this.#fields.get('fraction') ?? 0,
    });
    if (ticks === null) throw new DateFormatError('text', 'The text names a day or a time that does not exist.');
    const weekday = this.#fields.get('weekday');
    if (weekday !== undefined && weekday !== partsOf(ticks).weekday) {
      throw new DateFormatError('text', 'The weekday in the text does not fit its date.');
    }
    return this.#inZone(ticks);
  }

  #yearOf(): number | undefined {
    const year = this.#fields.get('year');
    if (year === undefined || !this.#twoDigitYear) return year;
    const century = TWO_DIGIT_YEAR_MAX - (TWO_DIGIT_YEAR_MAX % 100);
    return year > 99 ? year : year > TWO_DIGIT_YEAR_MAX % 100 ? century - 100 + year : century + year;
  }

  /** Missing parts: nothing at all means today, a lone year its first day, otherwise this year and the first. */
  #dateOf(year: number | undefined): readonly [number, number, number] {
    const month = this.#fields.get('month');
    const day = this.#fields.get('day');
    const today = partsOf((BigInt(Math.trunc(this.nowMs)) + 62_135_596_800_000n) * 10_000n);
    if (month === undefined && day === undefined && year === undefined) {
      return this.#styles.noCurrentDateDefault ? [1, 1, 1] : [today.year, today.month, today.day];
    }
    return [year ?? today.year, month ?? 1, day ?? 1];
  }

  #hourOf(): number {
    const hour = this.#fields.get('hour') ?? 0;
    const mark = this.#fields.get('mark');
    if (this.#hour12) {
      if (hour > 12) throw new DateFormatError('text', 'A 12-hour clock has no such hour.');
      if (mark === undefined) return hour === 12 ? 0 : hour;
      return (hour % 12) + (mark === 1 ? 12 : 0);
    }
    if (mark === undefined) return hour;
    // With H and a mark .NET wants both to agree.
    if ((mark === 0 && hour >= 12) || (mark === 1 && hour < 12)) throw this.#unfit();
    return hour;
  }

  #inZone(ticks: bigint): DotnetDate {
    const { adjustToUniversal, assumeLocal, assumeUniversal, roundtripKind } = this.#styles;
    const checked = (shifted: bigint, zone: DotnetDate['zone']): DotnetDate => {
      const date = dateFromTicks(shifted, zone);
      if (date === null) throw new DateFormatError('text', 'The date leaves the years 1 to 9999.');
      return date;
    };
    if (this.#offset === null) {
      if (!assumeLocal && !assumeUniversal) return checked(ticks, 'unspecified');
      return checked(ticks, adjustToUniversal ? 'utc' : 'local');
    }
    if (Math.abs(this.#offset) > 14 * 60) throw new DateFormatError('text', 'The zone is more than 14 hours from UTC.');
    if (roundtripKind && this.#zoneUtc) return checked(ticks, 'utc');
    const shifted = ticks - BigInt(this.#offset) * TICKS_PER_MINUTE;
    // On the very first day .NET takes the text for a mere time and stays on that day.
    const wrapped = shifted < 0n && !adjustToUniversal ? shifted + TICKS_PER_DAY : shifted;
    return checked(wrapped, adjustToUniversal ? 'utc' : 'local');
  }
}
