/** What answers from a replica of its own. */
export type EntraEndpoint =
  | 'usersDelta'
  | 'groupsDelta'
  | 'members'
  | 'users'
  | 'usersList'
  | 'assignments'
  | 'userAssignments'
  | 'checkMemberGroups'
  | 'memberCounts';

/** The ugly sides of Graph that a test turns on; all are off by default. */
export interface EntraBehaviour {
  /** Age of the replica that answers, in ms. */
  lagMs: number;
  /** The same for one endpoint, where replicas disagree; `userAssignments` stands for those of a group too. */
  lagOf: Partial<Record<EntraEndpoint, number>>;
  /** Rows a delta page holds. */
  deltaPageSize: number;
  /** Every list begins with an empty page that has a next link. */
  emptyFirstPage: boolean;
  /** Every delta item appears twice, the second time on the last page. */
  replay: boolean;
  /** The status of an expired delta token: 400 and 410 were both seen. */
  expiredStatus: 400 | 410;
  /** Resource units in 10 seconds before 429 (graph-source.md 4.1; the smallest tenant has 3,500). */
  resourceUnits: number;
  /** Without User.Read.All members come back with nothing but an id. */
  limitedInformation: boolean;
  /** Assignments asked for in pages below 999 lose their last row. */
  dropsRowsOfSmallPages: boolean;
  /** The last page links to itself. */
  endlessNextLink: boolean;
  /** Groups whose members read as none, with 200. */
  readonly emptyMembersOf: Set<string>;
  /** Groups whose members read as 404 though the group exists. */
  readonly missingMembersOf: Set<string>;
  /** Share of the app's list of assignments that is shown, with 200: 0 reads as empty. */
  assignmentsShown: number;
  /** Share of each group's members that their list shows, with 200. */
  membersShown: number;
  /** Graph's counts of assignments and of members tell the same lie as the lists; else they tell the truth. */
  countsWhatIsShown: boolean;
  /** Graph does not tell how many assignments there are. */
  hidesAssignmentCount: boolean;
  /** Members that Graph counts besides those it lists. */
  membersCountedBesides: number;
  /** Graph refuses to count members. */
  refusesMemberCounts: boolean;
  /** Nobody seems to be in any group when asked by person. */
  hidesMemberships: boolean;
  /** Rows a page of a list holds at most. */
  pageCap: number;
  /** Every second page of a list is empty and the last one. */
  endsWithEmptyPage: boolean;
  /** Every page of a list but the first shows rows of the first again, as many as it should hold. */
  repeatsFirstPage: boolean;
  /** Directory.Read.All is not granted: what a person or a group is assigned to is not told. */
  refusesAssignmentsOf: boolean;
  /** How many of the next parts of a $batch answer 429, each by itself (graph-source.md 3.1). */
  throttledParts: number;
  /** What such a part says in Retry-After, in seconds. */
  throttledPartSeconds: number;
}

export const honestEntra = (): EntraBehaviour => ({
  lagMs: 0,
  lagOf: {},
  deltaPageSize: 100,
  emptyFirstPage: false,
  replay: false,
  expiredStatus: 400,
  resourceUnits: Number.POSITIVE_INFINITY,
  limitedInformation: false,
  dropsRowsOfSmallPages: false,
  endlessNextLink: false,
  emptyMembersOf: new Set(),
  missingMembersOf: new Set(),
  assignmentsShown: 1,
  membersShown: 1,
  countsWhatIsShown: false,
  hidesAssignmentCount: false,
  membersCountedBesides: 0,
  refusesMemberCounts: false,
  hidesMemberships: false,
  pageCap: 999,
  endsWithEmptyPage: false,
  repeatsFirstPage: false,
  refusesAssignmentsOf: false,
  throttledParts: 0,
  throttledPartSeconds: 10,
});
