import type { Someone, SourceRead } from '../../../store/PeopleTable';

/**
 * Whoever is deleted is in no list of members, and has no name any more: as protected as when last judged, while anybody is
 * protected at all.
 * @param list PROTECTED_USERS as set now
 */
export const wasProtected = ({ facts }: Someone, looked: SourceRead | undefined, list: readonly string[]): boolean =>
  list.length > 0 && (looked ?? facts).deleted !== 'no' && facts.skipLogged === 'Protected';
