/** A table of any length: only the rows in view are in the page. */
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualItem,
} from '@tanstack/virtual-core';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';

export interface Column<T> {
  readonly title: string;
  /** A track of CSS grid. */
  readonly width: string;
  readonly cell: (row: T) => ComponentChildren;
  /** A sentence: it may take two lines. */
  readonly isText?: boolean;
  /** Left out where there is little room. */
  readonly isMinor?: boolean;
}

export function VirtualRows<T>(props: {
  label: string;
  rows: readonly T[];
  columns: readonly Column<T>[];
  keyOf: (row: T) => string;
  rowHeight: number;
  /** Rows there are in all; undefined when it is not known. */
  total?: number;
  open?: (row: T) => void;
  /** The reader comes near the end. */
  more?: () => void;
}) {
  const { label, rows, columns, keyOf, rowHeight, open, more } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [, draw] = useReducer((count: number) => count + 1, 0);
  const virtualizer = useMemo(
    () =>
      new Virtualizer<HTMLDivElement, Element>({
        count: 0,
        getScrollElement: () => scroller.current,
        estimateSize: () => rowHeight,
        overscan: 12,
        observeElementRect,
        observeElementOffset,
        scrollToFn: elementScroll,
        onChange: () => draw(undefined),
      }),
    [rowHeight],
  );
  virtualizer.setOptions({ ...virtualizer.options, count: rows.length });
  useLayoutEffect(() => virtualizer._didMount(), [virtualizer]);
  useLayoutEffect(() => {
    virtualizer._willUpdate();
  });
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && last >= rows.length - 40) more?.();
    // A page may bring no row, and more behind it: the rows are others all the same.
  }, [last, rows]);

  const tracks = {
    '--tracks': columns.map(({ width }) => width).join(' '),
    '--tracks-narrow': columns.flatMap(({ width, isMinor }) => (isMinor === true ? [] : [width])).join(' '),
  };
  return (
    <div class="rows" role="table" aria-label={label} aria-rowcount={(props.total ?? rows.length) + 1}>
      <div role="rowgroup" class="rows-head">
        <div role="row" class="rows-row" aria-rowindex={1} style={tracks}>
          {columns.map(({ title, isMinor }) => (
            <div key={title} role="columnheader" class={isMinor ? 'minor' : ''}>
              {title}
            </div>
          ))}
        </div>
      </div>
      <div class="rows-scroller" ref={scroller} tabIndex={0} role="rowgroup" aria-label={`${label}, rows`}>
        <div class="rows-all" style={{ height: `${virtualizer.getTotalSize()}px` }} role="presentation">
          {items.map((item) => (
            <Row
              key={keyOf(rows[item.index] as T)}
              item={item}
              row={rows[item.index] as T}
              {...{ columns, open, tracks }}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function Row<T>(props: {
  item: VirtualItem;
  row: T;
  columns: readonly Column<T>[];
  open: ((row: T) => void) | undefined;
  tracks: Readonly<Record<string, string>>;
}) {
  const { item, row, columns, open, tracks } = props;
  return (
    <div
      role="row"
      class={`rows-row rows-item ${open === undefined ? '' : 'rows-open'}`}
      aria-rowindex={item.index + 2}
      style={{ height: `${item.size}px`, transform: `translateY(${item.start}px)`, ...tracks }}
      onClick={() => open?.(row)}
    >
      {columns.map(({ title, cell, isMinor, isText }, index) => (
        <div key={title} role="cell" class={`${isMinor ? 'minor' : ''} ${isText ? 'two-lines' : ''}`}>
          {index === 0 && open !== undefined ? (
            <button
              type="button"
              class="link"
              onClick={(event) => {
                event.stopPropagation();
                open(row);
              }}
            >
              {cell(row)}
            </button>
          ) : (
            cell(row)
          )}
        </div>
      ))}
    </div>
  );
}
