/** A chart on a canvas, with the same numbers as a table for whoever does not see it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { inShort } from '../data/words';
import 'uplot/dist/uPlot.min.css';

export interface Line {
  readonly label: string;
  /** A custom property that holds a colour. */
  readonly color: string;
  readonly values: readonly (number | null)[];
}

const HEIGHT = 190;
const HOUR_S = 3_600;
/** Steps of the scale: nobody is half a person. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

export function Chart(props: {
  title: string;
  /** In seconds. */
  times: readonly number[];
  lines: readonly Line[];
  unit: string;
  kind: 'bars' | 'line';
  isStacked?: boolean;
}) {
  const { title, times, lines, unit, kind, isStacked } = props;
  const place = useRef<HTMLDivElement>(null);
  /** The bucket under the pointer. */
  const [at, setAt] = useState<number | null>(null);
  const time = at === null ? undefined : times[at];
  useEffect(() => {
    const { current } = place;
    if (current === null || times.length === 0) return undefined;
    let chart: uPlot | undefined;
    const halfBucket = ((times[1] ?? 0) - (times[0] ?? 0)) / 2 || HOUR_S / 2;
    const draw = (): void => {
      chart?.destroy();
      chart = new uPlot(optionsOf(current), dataOf(), current);
    };
    const dataOf = (): uPlot.AlignedData => {
      const stacked =
        isStacked === true ? stack(lines.map((line) => line.values)) : lines.map((line) => [...line.values]);
      return [[...times], ...stacked.reverse()];
    };
    const optionsOf = (element: HTMLElement): uPlot.Options => {
      const style = getComputedStyle(element);
      const color = (name: string): string => style.getPropertyValue(name).trim() || style.color;
      const axis = {
        stroke: color('--colorNeutralForeground3'),
        font: `12px ${style.fontFamily}`,
        ticks: { show: false },
      };
      const grid = { stroke: color('--colorNeutralStroke3'), width: 1 };
      const bars = uPlot.paths.bars?.({ size: [0.7, 40] });
      return {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
        hooks: { setCursor: [({ cursor }) => setAt(cursor.idx ?? null)] },
        padding: [8, 20, 0, 0],
        scales: {
          // Half a bucket on either side, so that the first and the last bar are whole.
          x: { range: (_chart, min, max) => [min - halfBucket, max + halfBucket] },
          y: { range: (_chart, _min, max) => [0, Math.max(1, max * 1.1)] },
        },
        axes: [
          {
            ...axis,
            size: 32,
            gap: 8,
            grid: { show: false },
            values: (_chart, ticks) => ticks.map((tick) => labelOf(tick, times)),
          },
          { ...axis, grid, size: 48, incrs: WHOLE, values: (_chart, ticks) => ticks.map((tick) => `${tick}${unit}`) },
        ],
        series: [
          {},
          ...[...lines].reverse().map((line): uPlot.Series => ({
            label: line.label,
            stroke: color(line.color),
            fill: kind === 'bars' ? color(line.color) : `color-mix(in srgb, ${color(line.color)} 15%, transparent)`,
            width: kind === 'bars' ? 0 : 2,
            points: { show: kind === 'line', size: 6 },
            ...(kind === 'bars' && bars !== undefined ? { paths: bars } : {}),
          })),
        ],
      };
    };
    draw();
    const sized = new ResizeObserver(() => chart?.setSize({ width: current.clientWidth, height: HEIGHT }));
    sized.observe(current);
    const schemes = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) => matchMedia(query));
    // The theme is applied by then.
    const themed = (): void => void setTimeout(draw);
    for (const scheme of schemes) scheme.addEventListener('change', themed);
    return () => {
      sized.disconnect();
      for (const scheme of schemes) scheme.removeEventListener('change', themed);
      chart?.destroy();
    };
  }, [times, lines]);
  return (
    <figure class="chart">
      <figcaption>
        <span>
          {title}
          {time !== undefined && <span class="quiet"> from {inShort(new Date(time * 1_000).toISOString())}</span>}
        </span>
        <ul class="legend" aria-hidden="true">
          {lines.map((line) => (
            <li key={line.label}>
              <span class={`swatch swatch${line.color}`} /> {line.label}
              {time !== undefined && <strong> {line.values[at ?? 0] ?? '–'}</strong>}
            </li>
          ))}
        </ul>
      </figcaption>
      <div ref={place} class="chart-place" aria-hidden="true" />
      <div class="unseen">
        <table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              {lines.map(({ label }) => (
                <th key={label} scope="col">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((time, index) => (
              <tr key={time}>
                <th scope="row">{new Date(time * 1_000).toLocaleString()}</th>
                {lines.map(({ label, values }) => (
                  <td key={label}>{values[index] ?? 'none'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

const DAY_S = 86_400;
const hour = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** Hours of a day, days of a longer time. */
function labelOf(tick: number, times: readonly number[]): string {
  const isLong = (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * DAY_S;
  return (isLong ? day : hour).format(new Date(tick * 1_000));
}

/** Each on top of those before it. */
function stack(rows: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: number[] = [];
  return rows.map((values) =>
    values.map((value, index) => {
      const sum = (sums[index] ?? 0) + (value ?? 0);
      sums[index] = sum;
      return sum;
    }),
  );
}
