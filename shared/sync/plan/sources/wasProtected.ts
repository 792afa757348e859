import type { Someone, SourceRead } from '../../../store/PeopleTable';

/** Whoever is deleted is in no list of members, and has no name any more: as protected as when last judged. */
export const wasProtected = ({ facts }: Someone, looked: SourceRead | undefined): boolean =>
  (looked ?? facts).deleted !== 'no' && facts.skipLogged === 'Protected';
