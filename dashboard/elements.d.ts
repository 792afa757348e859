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
  value?: number;
  max?: number;
  activeid?: string;
}

declare module 'preact' {
  namespace JSX {
    interface IntrinsicElements {
      'fluent-badge': FluentAttributes;
      'fluent-button': FluentAttributes;
      'fluent-dialog': FluentAttributes;
      'fluent-dialog-body': FluentAttributes;
      'fluent-message-bar': FluentAttributes;
      'fluent-progress-bar': FluentAttributes;
      'fluent-spinner': FluentAttributes;
      'fluent-tab': FluentAttributes;
      'fluent-tablist': FluentAttributes;
    }
  }
}
