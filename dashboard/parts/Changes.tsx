import { useLicenseNames } from '../data/useLicenseNames';
import { Icon } from './Icon';

type Values = Readonly<Record<string, unknown>> | null;

export interface ChangeRow {
  readonly name: string;
  readonly old: string | null;
  readonly next: string | null;
}

/** What differs, field by field. */
export const changesIn = (before: Values, after: Values): readonly ChangeRow[] =>
  [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])]
    .map((name) => ({ name, old: text(before?.[name]), next: text(after?.[name]) }))
    .filter(({ old, next }) => old !== next);

/** Before → after, field by field. */
export function Changes({ before, after }: { before: Values; after: Values }) {
  return <ChangeTable rows={changesIn(before, after)} />;
}

/** Licences by what they are called, where that is known. */
export const withLicenseNames = (
  rows: readonly ChangeRow[],
  names: ReadonlyMap<string, string>,
): readonly ChangeRow[] =>
  rows.map((row) =>
    row.name === 'licenseKeys' ? { ...row, old: named(row.old, names), next: named(row.next, names) } : row,
  );

export function ChangeTable({ rows: changes }: { rows: readonly ChangeRow[] }) {
  const rows = withLicenseNames(changes, useLicenseNames());
  if (rows.length === 0) return <p class="quiet">No value changes.</p>;
  return (
    <div class="scroll-x">
      <table class="table" aria-label="What changes">
        <thead>
          <tr>
            <th scope="col">Property</th>
            <th scope="col">Before</th>
            <th scope="col">
              <span class="unseen">becomes</span>
            </th>
            <th scope="col">After</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, old, next }, index) => (
            <tr key={index}>
              <th scope="row">{name}</th>
              <td>{old === null ? <span class="quiet">none</span> : <span class="old">{old}</span>}</td>
              <td>
                <Icon name="arrowRight" />
              </td>
              <td>{next === null ? <span class="quiet">none</span> : <span class="new">{next}</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const named = (keys: string | null, names: ReadonlyMap<string, string>): string | null =>
  keys?.replace(/\d+/g, (key) => names.get(key) ?? key) ?? null;

function text(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (Array.isArray(value)) return value.length === 0 ? null : value.map(String).join(', ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
