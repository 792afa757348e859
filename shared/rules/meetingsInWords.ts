/** Why an account stays that is due to be deleted; null when nothing is in the way. @param first as GoTo writes moments */
export function meetingsInWords({
  count,
  first,
}: {
  readonly count: number;
  readonly first: string | null;
}): string | null {
  if (count === 0) return null;
  const meetings = count === 1 ? '1 upcoming meeting' : `${count} upcoming meetings`;
  return `The account has ${meetings}${first === null ? '' : `, the first one at ${first}`}: it is not deleted.`;
}
