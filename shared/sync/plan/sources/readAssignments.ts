import { warnOfRoles } from '../warnOfRoles';
import type { Slice } from '../Slice';
import { readCertifiedList } from './readCertifiedList';

/** The app, its roles and its assignments, for a read without a basis to compare with. */
export const readAssignments: Slice = async (context, place) => {
  const app = await context.appReadNow();
  const assignments = await readCertifiedList(context, place, app);
  if (assignments === 'more') return 'stay';
  await context.claim(place);
  await context.engine.store.image.putAssignments(assignments);
  context.imageChanged();
  warnOfRoles(context, place, assignments);
  return 'next';
};
