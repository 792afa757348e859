/** How somebody comes to access, in words: "directly with role User, and through group Sales → Sales East with role Organizer". */
import { DEFAULT_ACCESS_ROLE_ID } from '../model/Assignment';

/** One way by which a person is assigned. */
export interface Grant {
  /** A group's id; "direct", or "directory" for somebody without an assignment where everybody is in scope. */
  readonly via: string;
  /** The groups in between, outermost first, where the person is in a group of the group. */
  readonly path: readonly string[];
  readonly roleIds: readonly string[];
  /** When (ms) each role was assigned; null or nothing where it is not known. */
  readonly assignedAt: ReadonlyMap<string, number | null>;
}

/** Somebody without an assignment, where everybody is in scope. */
export const AS_EVERYBODY: readonly Grant[] = [
  { via: 'directory', path: [], roleIds: [DEFAULT_ACCESS_ROLE_ID], assignedAt: new Map() },
];

/** The groups among ways. */
export const groupsAmong = (ways: Iterable<string>): string[] => [
  ...new Set([...ways].filter((via) => via !== 'direct' && via !== 'directory')),
];

/** Names for what goes by id; undefined where a name is not known. */
export interface Names {
  readonly group: (id: string) => string | undefined;
  readonly role: (id: string) => string | undefined;
}

/** Ways that are told one by one: the rest is counted. */
const TOLD = 5;

/** @returns a sentence; empty for nobody's way */
export function grantsInWords(grants: readonly Grant[], names: Names): string {
  if (grants.length === 0) return '';
  const group = (id: string): string => `"${names.group(id) ?? id}"`;
  const ways = grants.slice(0, TOLD).map(({ via, path, roleIds }) => {
    const roles = roleIds.map((id) => `"${names.role(id) ?? id}"`).join(' and ');
    if (via === 'directory') return `as everybody in the directory, with role ${roles}`;
    const way = via === 'direct' ? 'directly' : `through group ${[via, ...path].map(group).join(' → ')}`;
    return `${way} with role ${roles}`;
  });
  const more = grants.length - ways.length;
  return `Assigned ${ways.join(', and ')}${more > 0 ? `, and in ${more} other way${more === 1 ? '' : 's'}` : ''}.`;
}
