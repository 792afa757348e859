/** A guest's alias_theirdomain#EXT#@ours is alias@theirdomain to a mapping; originalUserPrincipalName keeps it whole (HPW). */
export function guestAddress(userPrincipalName: string): string {
  const alias = /^(.+)_([^_]+)#EXT#@/iu.exec(userPrincipalName);
  return alias === null ? userPrincipalName : `${alias[1] ?? ''}@${alias[2] ?? ''}`;
}
