import { toLower } from '../../dotnet/letterCase';
import { textForm } from '../textForm';
import { isList, type Value } from '../Value';
import { textsOf } from './conversion';
import { required, type ExpressionFunction } from './ExpressionFunction';

const family = 'Lists';

export const LIST_FUNCTIONS: readonly ExpressionFunction[] = [
  {
    name: 'Count',
    family,
    parameters: [required('attribute', 'list')],
    result: 'number',
    source: 'FUN',
    doc: 'Number of values; a missing attribute has none.',
    evaluate: (args) => BigInt(args.list(0).length),
  },
  {
    name: 'Item',
    family,
    parameters: [required('attribute', 'list'), required('index', 'number')],
    result: 'text',
    source: 'FUN',
    doc: 'One value of a list; the first is 1. Fails when there are fewer; a missing attribute stays missing.',
    evaluate: (args) => {
      const list = args.list(0);
      const index = args.count32(1) ?? 0;
      if (index < 1) throw args.error('OutOfRange', 'the first value is 1.', 1);
      if (list.length === 0) return null;
      const item = list[index - 1];
      if (item === undefined) {
        throw args.error(
          'OutOfRange',
          `the attribute has ${list.length} values, number ${index} is not among them.`,
          1,
        );
      }
      return item;
    },
  },
  {
    name: 'RemoveDuplicates',
    family,
    parameters: [required('attribute', 'list')],
    result: 'list',
    source: 'FUN',
    doc: 'Each value once, in the order of their first appearance; letter case counts.',
    evaluate: (args) => {
      if (args.value(0) === null) return null;
      const seen = new Set<string>();
      return args.list(0).filter((value) => {
        const key = keyOf(value);
        const isNew = !seen.has(key);
        seen.add(key);
        return isNew;
      });
    },
  },
  {
    name: 'Contains',
    family,
    parameters: [required('attribute', 'list'), required('search', 'text')],
    result: 'number',
    source: 'CS',
    doc: 'Position of a value in a list, without regard to letter case; the first is 1, absent is 0.',
    evaluate: (args) => {
      const sought = toLower(args.text(1) ?? '');
      return BigInt(textsOf(args.list(0)).findIndex((text) => toLower(text) === sought) + 1);
    },
  },
];

const keyOf = (value: Value): string =>
  value === null ? '' : isList(value) ? value.map(keyOf).join('\n') : textForm(value);
