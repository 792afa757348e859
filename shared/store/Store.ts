import type { ClaimsTable } from './ClaimsTable';
import type { CyclesTable } from './CyclesTable';
import type { DirtyTable } from './DirtyTable';
import type { FirstReleaseTable } from './FirstReleaseTable';
import type { GroupsTable } from './GroupsTable';
import type { ImageTable } from './ImageTable';
import type { PeopleTable } from './PeopleTable';
import type { PlansTable } from './PlansTable';
import type { RemovalWindow } from './RemovalWindow';
import type { SchemasTable } from './SchemasTable';
import type { AppliedPolicy } from './state/AppliedPolicy';
import type { AssignmentsCertificate } from './state/AssignmentsCertificate';
import type { AuthorizationMark } from './state/AuthorizationMark';
import type { AwaitedApproval } from './state/AwaitedApproval';
import type { DemandedWait } from './state/DemandedWait';
import type { Executions } from './state/Executions';
import type { FullCycleWish } from './state/FullCycleWish';
import type { IdempotencyKeys } from './state/IdempotencyKeys';
import type { KnownAccount } from './state/KnownAccount';
import type { KnownApp } from './state/KnownApp';
import type { LinksReset } from './state/LinksReset';
import type { ListedAccounts } from './state/ListedAccounts';
import type { PendingAuthorizationRows } from './state/PendingAuthorizationRows';
import type { Pause } from './state/Pause';
import type { Quarantine } from './state/Quarantine';
import type { TokenRenewalLease } from './state/TokenRenewalLease';
import type { Turn } from './state/Turn';
import type { UnreadableMessages } from './state/UnreadableMessages';
import type { Watermark } from './state/Watermark';
import type { StoredRow } from './Table';

/** Everything the connector remembers, one class a concept. */
export interface Store {
  readonly cycles: CyclesTable;
  readonly plans: PlansTable;
  readonly people: PeopleTable;
  readonly dirty: DirtyTable;
  readonly claims: ClaimsTable;
  readonly image: ImageTable;
  readonly groups: GroupsTable;
  readonly removalWindow: RemovalWindow;
  readonly schemas: SchemasTable;
  readonly listed: ListedAccounts;
  readonly turn: Turn;
  readonly watermark: Watermark;
  readonly policy: AppliedPolicy;
  readonly wish: FullCycleWish;
  readonly awaited: AwaitedApproval;
  readonly pause: Pause;
  readonly quarantine: Quarantine;
  readonly linksReset: LinksReset;
  readonly executions: Executions;
  readonly app: KnownApp;
  readonly account: KnownAccount;
  readonly certificate: AssignmentsCertificate;
  readonly firstRelease: FirstReleaseTable;
  readonly unreadable: UnreadableMessages;
  readonly idempotency: IdempotencyKeys;
  readonly demandedWait: DemandedWait;
  readonly tokenLease: TokenRenewalLease;
  readonly authorizations: AuthorizationMark;
  readonly pendingAuthorizations: PendingAuthorizationRows;
  /** The same, for a dry run: nothing is written that a real cycle would miss (I15). */
  readonly dry: () => Store;
  /** The job's rows in one query. */
  readonly job: JobReader;
}

/** Reads the rows of the job, for `of` of each concept. */
export interface JobReader {
  read(): Promise<ReadonlyMap<string, StoredRow>>;
}

/** Opens every table; nothing is sent yet. */
