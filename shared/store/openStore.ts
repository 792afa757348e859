import type { Clock } from '../model/Clock';
import { ClaimsTable } from './ClaimsTable';
import type { OpenTable } from './connectTables';
import { CyclesTable } from './CyclesTable';
import { DirtyTable } from './DirtyTable';
import { dryStore } from './dry/dryStore';
import { FirstReleaseTable } from './FirstReleaseTable';
import { GroupsTable } from './GroupsTable';
import { ImageTable } from './ImageTable';
import { PeopleTable } from './PeopleTable';
import { PlansTable } from './PlansTable';
import { RemovalWindow } from './RemovalWindow';
import { SchemasTable } from './SchemasTable';
import { AppliedPolicy } from './state/AppliedPolicy';
import { AssignmentsCertificate } from './state/AssignmentsCertificate';
import { AuthorizationMark } from './state/AuthorizationMark';
import { AwaitedApproval } from './state/AwaitedApproval';
import { DemandedWait } from './state/DemandedWait';
import { Executions } from './state/Executions';
import { FullCycleWish } from './state/FullCycleWish';
import { IdempotencyKeys } from './state/IdempotencyKeys';
import { openJob, readJobRows } from './state/JobRows';
import { KnownAccount } from './state/KnownAccount';
import { KnownApp } from './state/KnownApp';
import { LinksReset } from './state/LinksReset';
import { ListedAccounts } from './state/ListedAccounts';
import { PendingAuthorizationRows } from './state/PendingAuthorizationRows';
import { Pause } from './state/Pause';
import { Quarantine } from './state/Quarantine';
import { TokenRenewalLease } from './state/TokenRenewalLease';
import { Turn } from './state/Turn';
import { UnreadableMessages } from './state/UnreadableMessages';
import { Watermark } from './state/Watermark';
import { Table } from './Table';
import type { Store } from './Store';

/** The store on these tables; nothing is sent yet. */
export function openStore(open: OpenTable, clock: Clock): Store {
  const job = openJob(open);
  const waits = new Table(open('Waits'));
  const store: Store = {
    cycles: new CyclesTable(open),
    plans: new PlansTable(open),
    people: new PeopleTable(open),
    dirty: new DirtyTable(open),
    claims: new ClaimsTable(open),
    image: new ImageTable(open),
    groups: new GroupsTable(open),
    removalWindow: new RemovalWindow(open),
    schemas: new SchemasTable(open),
    listed: new ListedAccounts(open),
    turn: new Turn(job),
    watermark: new Watermark(job),
    policy: new AppliedPolicy(job),
    wish: new FullCycleWish(job),
    awaited: new AwaitedApproval(job),
    pause: new Pause(job),
    quarantine: new Quarantine(job),
    linksReset: new LinksReset(job),
    executions: new Executions(job),
    app: new KnownApp(job),
    account: new KnownAccount(job),
    certificate: new AssignmentsCertificate(job),
    firstRelease: new FirstReleaseTable(open),
    unreadable: new UnreadableMessages(open),
    idempotency: new IdempotencyKeys(open),
    demandedWait: new DemandedWait(waits),
    tokenLease: new TokenRenewalLease(waits, clock),
    authorizations: new AuthorizationMark(waits),
    pendingAuthorizations: new PendingAuthorizationRows(waits, clock),
    job: { read: () => readJobRows(job) },
    dry: () => dryStore(open, store),
  };
  return store;
}
