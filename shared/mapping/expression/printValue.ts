import { textForm } from './textForm';
import { isList, type Value } from './Value';

export type PrintedValue = string | null | readonly PrintedValue[];

/** A result as parseExpression writes it: texts, lists of them, or null. */
export const printValue = (value: Value): PrintedValue =>
  value === null ? null : isList(value) ? value.map(printValue) : textForm(value);
