import { useMemo, useState } from 'preact/hooks';
import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import type { PlanAnswer, PlanEntryAnswer } from '../../../shared/api/answers/PlanAnswer';
import { JOB } from '../../data/ApiClient';
import { usePages } from '../../data/usePages';
import { usePoll } from '../../data/usePoll';
import { useLicenseNames } from '../../data/useLicenseNames';
import { useTyped } from '../../data/useTyped';
import { linkTo } from '../../data/useRoute';
import { many, number } from '../../data/words';
import { actionInWords, ActionWord } from '../../parts/ActionWord';
import { Card } from '../../parts/Card';
import { changesIn, Changes, withLicenseNames } from '../../parts/Changes';
import { Chips, type Chip } from '../../parts/Chips';
import { Drawer } from '../../parts/Drawer';
import { Empty, Waiting } from '../../parts/Loaded';
import { Named } from '../../parts/Named';
import { ProblemMessage } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { Steps } from '../../parts/Steps';
import { VirtualRows, type Column } from '../../parts/VirtualRows';
import { planFilter } from './planFilter';

const PAGE = 500;
/** Two lines of text, in px. */
const ROW_HEIGHT = 52;

const DECIDED = new Set(['superseded', 'rejected']);

/** Staged removals wait for somebody as long as the cycle does; what was approved is done one after the other. */
const stateOf = ({ staged, state }: PlanEntryAnswer, cycle: CycleAnswer): string =>
  !staged ? state : cycle.state === 'awaitingApproval' ? 'staged' : DECIDED.has(cycle.state) ? cycle.state : 'open';

const columnsOf = (cycle: CycleAnswer): readonly Column<PlanEntryAnswer>[] => [
  {
    title: 'Person',
    width: 'minmax(100px, 1fr)',
    cell: ({ displayName, sourceId, kind }) => <Named name={displayName || sourceId} isGroup={kind === 'group'} />,
  },
  { title: 'Action', width: '110px', cell: (row) => <ActionWord action={row.action} /> },
  {
    title: 'State',
    width: '145px',
    isMinor: true,
    cell: (row) => <Status state={stateOf(row, cycle)} />,
  },
  {
    title: 'Before → after',
    width: 'minmax(0, 1.4fr)',
    isMinor: true,
    isText: true,
    cell: (row) => <InOneLine row={row} />,
  },
  {
    title: 'Why',
    width: 'minmax(0, 1.8fr)',
    isMinor: true,
    isText: true,
    cell: (row) => <span title={row.why}>{row.why}</span>,
  },
];

/** What the cycle intends for each person, and why; staged removals first, as they wait for somebody. */
export function Plan({ cycle }: { cycle: CycleAnswer }) {
  const path = `${JOB}/cycles/${encodeURIComponent(cycle.id)}/plan`;
  const [action, setAction] = useState(cycle.state === 'awaitingApproval' ? 'staged' : '');
  const [name, typed, setName] = useTyped('');
  const filter = planFilter({ action, name });
  const plan = usePages<PlanEntryAnswer>(
    `${path}?$top=${PAGE}${filter === '' ? '' : `&$filter=${encodeURIComponent(filter)}`}`,
    'entries',
  );
  const whole = usePoll<PlanAnswer>(`${path}?$top=1`, 0);
  const [open, setOpen] = useState<PlanEntryAnswer | null>(null);
  const isFiltered = filter !== '';
  const columns = useMemo(() => columnsOf(cycle), [cycle.state]);
  return (
    <Card
      title="Plan"
      actions={
        <span class="quiet" role="status">
          {plan.isLoading
            ? 'Reading …'
            : plan.isComplete
              ? many(plan.rows.length, 'row', 'rows')
              : plan.problem === null || plan.rows.length > 0
                ? `${number(plan.rows.length)} or more rows`
                : ''}
        </span>
      }
    >
      <div class="toolbar">
        <Chips label="Action" chips={chipsOf(cycle, whole.value)} chosen={action} choose={setAction} />
        <input
          type="search"
          aria-label="Person"
          value={typed}
          placeholder="Name or object id"
          maxLength={200}
          onInput={(event) => setName(event.currentTarget.value)}
        />
      </div>
      {plan.problem !== null && <ProblemMessage problem={plan.problem} retry={plan.more} />}
      {plan.rows.length > 0 && (
        <VirtualRows
          label="Plan"
          rows={plan.rows}
          columns={columns}
          keyOf={(row) => row.sourceId}
          rowHeight={ROW_HEIGHT}
          open={setOpen}
          more={plan.more}
        />
      )}
      {plan.isLoading && plan.rows.length === 0 && <Waiting />}
      {!plan.isLoading && plan.rows.length === 0 && plan.problem === null && (
        <Empty
          title={
            isFiltered ? 'Nobody fits.' : isMade(cycle) ? 'Nobody stands in this plan.' : 'The plan is being made.'
          }
        >
          {plan.isComplete ? undefined : (
            <button type="button" class="link" onClick={plan.more}>
              Look further
            </button>
          )}
        </Empty>
      )}
      {open !== null && (
        <Drawer title={open.displayName || open.sourceId} close={() => setOpen(null)}>
          <p class="drawer-head">
            <ActionWord action={open.action} /> <Status state={stateOf(open, cycle)} />
          </p>
          <p>{open.why}</p>
          <Changes before={open.before} after={open.after} />
          <Steps steps={open.steps} />
          {open.kind === 'user' && <a href={linkTo('person', open.sourceId)}>Open this person’s story</a>}
        </Drawer>
      )}
    </Card>
  );
}

const isMade = ({ state }: CycleAnswer): boolean => state !== 'queued' && state !== 'planning';

/** Only what occurs in the plan. */
function chipsOf(cycle: CycleAnswer, plan: PlanAnswer | undefined): readonly Chip[] {
  const staged = cycle.counts['staged'] ?? 0;
  const totals = Object.entries(plan?.totals ?? {}).filter(([, count]) => count > 0);
  const skipped = cycle.counts['skipped'] ?? 0;
  return [
    { value: '', title: 'All' },
    ...(staged > 0
      ? [
          {
            value: 'staged',
            title: cycle.state === 'superseded' ? 'Left to a later cycle' : 'Waiting for approval',
            count: staged,
          },
        ]
      : []),
    ...totals.map(([value, count]) => ({ value, title: actionInWords(value), count })),
    ...(skipped > 0 && plan?.totals['none'] === undefined ? [{ value: 'none', title: 'Leave', count: skipped }] : []),
  ];
}

/** "lastName: Old Name → Abel". */
function InOneLine({ row: { before, after } }: { row: PlanEntryAnswer }) {
  const changes = withLicenseNames(changesIn(before, after), useLicenseNames());
  if (changes.length === 0) return <span class="quiet">no value changes</span>;
  const text = changes.map(({ name, old, next }) => `${name}: ${old === null ? '' : `${old} → `}${next ?? 'none'}`);
  return <span title={text.join('\n')}>{text.join(' · ')}</span>;
}
