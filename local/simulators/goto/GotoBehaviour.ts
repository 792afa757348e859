/** The ambiguities and ugly sides of GoTo that a test turns on; all are off by default. */
export interface GotoBehaviour {
  /** Reads are this much older than writes, in ms. */
  readLagMs: number;
  /** Requests a second before 429; GoTo documents 10. */
  requestsPerSecond: number;
  /** Sent with a 429, in seconds; GoTo documents none. */
  retryAfterSeconds: number | undefined;
  /** What a POST of a known address answers (goto-api.md 2.6). */
  conflict: 'keyOf200' | 'noKey' | 'status409' | 'keyOf201';
  /** Most people of one POST; more answer 413. */
  maxUsersPerPost: number;
  /** Addresses in lower case that GoTo does not take: a POST that has one answers 400. */
  readonly invalidAddresses: Set<string>;
  /** A POST that is refused for one of several has made the accounts of those before. By default it is all or nothing. */
  refusesInPart: boolean;
  /** A refresh answers with a new refresh token. */
  rotatesRefreshToken: boolean;
  /** A code is answered with a refresh token. */
  givesRefreshToken: boolean;
  /** What tokens are good for: without `identity:` the Admin API refuses them (goto-api.md 1.5). */
  scope: string;
  /** Addresses, in lower case, with a profile in another GoTo account: adding one only sends an invitation to transfer (goto-api.md 2.6). */
  readonly transferPending: Set<string>;
  /** Accounts, by key, that answer every read and write of their own with this status. */
  readonly refusesPerson: Map<string, number>;
  /** Addresses in lower case, or account keys: a request that names one never gets through. */
  readonly silentFor: Set<string>;
  /** Most rows on a page of the list, whatever was asked for. */
  pageSizeCap: number;
  /** Share of the user groups that their list shows, with 200: 0 reads as none. */
  groupsShown: number;
  /** The list of user groups does not tell how many there are. */
  hidesGroupTotal: boolean;
  /** A write's connection breaks at once, and the write lands this much later, in ms. */
  commitDelayMs: number;
}

export const honestGoto = (): GotoBehaviour => ({
  readLagMs: 0,
  requestsPerSecond: Number.POSITIVE_INFINITY,
  retryAfterSeconds: undefined,
  conflict: 'keyOf200',
  maxUsersPerPost: 25,
  invalidAddresses: new Set(),
  refusesInPart: false,
  rotatesRefreshToken: false,
  givesRefreshToken: true,
  scope: 'identity:',
  transferPending: new Set(),
  refusesPerson: new Map(),
  silentFor: new Set(),
  pageSizeCap: 1_000,
  groupsShown: 1,
  hidesGroupTotal: false,
  commitDelayMs: 0,
});
