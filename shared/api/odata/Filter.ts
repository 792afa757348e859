import type { FieldValue } from './FilterFields';

export const COMPARISONS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;
export const TEXT_FUNCTIONS = ['contains', 'startswith', 'endswith'] as const;

/** A `$filter` as a tree. Values have the type of their field; moments are milliseconds since 1970. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly of: Filter }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: (typeof COMPARISONS)[number];
      readonly value: FieldValue;
    }
  | { readonly kind: 'in'; readonly field: string; readonly values: readonly FieldValue[] }
  | {
      readonly kind: 'text';
      readonly test: (typeof TEXT_FUNCTIONS)[number];
      readonly field: string;
      readonly value: string;
    };
