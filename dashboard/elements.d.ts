import type { HTMLAttributes } from 'preact';

interface FluentAttributes extends HTMLAttributes {
  appearance?: string;
  color?: string;
  size?: string;
  shape?: string;
  intent?: string;
  type?: string;
  'icon-only'?: boolean;
  disabled?: boolean;
  'disabled-focusable'?: boolean;
  'aria-description'?: string;
  value?: number;
  max?: number;
  activeid?: string;
}

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'fluent-button': FluentAttributes;
      'fluent-tab': FluentAttributes;
      'fluent-tablist': FluentAttributes;
    }
  }
}
