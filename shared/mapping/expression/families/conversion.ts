import type { Value } from '../Value';
import { isList } from '../Value';
import { textForm } from '../textForm';
import { optional, required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Conversion';
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u;

export const CONVERSION_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'ConvertToBase64',
    family,
    parameters: [required('source', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'Base64 of the text’s UTF-16 bytes, the low byte first.',
    evaluate: (args) => {
      const text = args.text(0);
      return text === null ? null : Buffer.from(text, 'utf16le').toString('base64');
    },
  },
  {
    name: 'ConvertFromBase64',
    family,
    parameters: [required('source', 'text'), optional('encoding', 'keyword')],
    result: 'text',
    source: 'CS',
    doc: 'The text of Base64; the bytes are Unicode (UTF-16, default), ASCII or UTF8.',
    evaluate: (args) => {
      const text = args.text(0);
      if (text === null) return null;
      const compact = text.replace(/\s/gu, '');
      if (!BASE64.test(compact)) throw args.error('OutOfRange', 'the text is no Base64.', 0);
      const encoding = args.keyword(1, ['Unicode', 'ASCII', 'UTF8']) ?? 'Unicode';
      const bytes = Buffer.from(compact, 'base64');
      if (encoding === 'UTF8') return bytes.toString('utf8');
      if (encoding === 'Unicode') return bytes.toString('utf16le');
      // .NET prints a question mark for each byte that ASCII does not have.
      return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : '?')).join('');
    },
  },
  {
    name: 'ConvertToUTF8Hex',
    family,
    parameters: [required('source', 'text')],
    result: 'text',
    source: 'FUN',
    doc: 'The text’s UTF-8 bytes in upper-case hexadecimal digits.',
    evaluate: (args) => {
      const text = args.text(0);
      return text === null ? null : Buffer.from(text, 'utf8').toString('hex').toUpperCase();
    },
  },
  {
    name: 'CStr',
    family,
    parameters: [required('value', 'any')],
    result: 'text',
    source: 'FUN',
    doc: 'The text form of a number, boolean or reference.',
    evaluate: (args) => args.text(0),
  },
  {
    name: 'Redact',
    family,
    parameters: [required('source', 'any')],
    result: 'any',
    source: 'FUN',
    doc: 'The value itself; the provisioning log shows [Redact] in its place.',
    evaluate: (args) => args.value(0),
  },
  {
    name: 'DNComponent',
    family,
    parameters: [required('dn', 'text'), required('number', 'number')],
    result: 'text',
    source: 'CS',
    doc: 'The value of one part of a distinguished name, counted from the left; "" when there are fewer parts.',
    evaluate: (args) => {
      const parts = (args.text(0) ?? '').split(/(?<!\\),/u);
      const part = parts[(args.count32(1) ?? 1) - 1] ?? '';
      return part.slice(part.indexOf('=') + 1).replace(/\\(.)/gu, '$1');
    },
  },
];

/** For functions that want the texts of a list. */
export const textsOf = (values: readonly Value[]): readonly string[] =>
  values.flatMap((value) => (value === null ? [] : isList(value) ? textsOf(value) : [textForm(value)]));
