import type { EvaluationBudget } from '../EvaluationBudget';

/**
 * The table of FUN (entra-expressions.md 4.3): marks on Latin letters go, a few letters become two. Other scripts stay as
 * they are, and so do đ, þ and ð, of which the table says nothing.
 */
const LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'oe',
  Ø: 'OE',
  ß: 'ss',
  ẞ: 'SS',
  ł: 'l',
  Ł: 'L',
  ı: 'i',
};

const MARKS = /\p{M}{2,}/gu;
const LATIN_WITH_MARKS = /(\p{Script=Latin})\p{Mn}*/gu;

/** @throws BudgetExceeded */
export function normalizeDiacritics(text: string, budget: EvaluationBudget): string {
  // Normalization puts the marks of a letter in order one by one: a letter with 60,000 of them takes seconds.
  for (const [marks] of text.matchAll(MARKS)) budget.spend(marks.length ** 2);
  return text
    .normalize('NFD')
    .replace(LATIN_WITH_MARKS, (_, letter: string) => LETTERS[letter] ?? letter)
    .normalize('NFC');
}
