import { useMemo, useState } from 'preact/hooks';
import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import type { PlanEntryAnswer } from '../../../shared/api/answers/PlanAnswer';
import { JOB } from '../../data/ApiClient';
import { usePages } from '../../data/usePages';
import { linkTo } from '../../data/useRoute';
import { number, words } from '../../data/words';
import { Card } from '../../parts/Card';
import { Changes } from '../../parts/Changes';
import { Drawer } from '../../parts/Drawer';
import { Empty, Waiting } from '../../parts/Loaded';
import { ProblemMessage } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { Steps } from '../../parts/Steps';
import { VirtualRows, type Column } from '../../parts/VirtualRows';

const PAGE = 500;
const ACTIONS = ['create', 'link', 'update', 'disable', 'reenable', 'delete', 'none'];

const COLUMNS: readonly Column<PlanEntryAnswer>[] = [
  { title: 'Person', width: 'minmax(140px, 1fr)', cell: (row) => row.displayName || row.sourceId },
  { title: 'Action', width: '110px', cell: (row) => words(row.action) },
  {
    title: 'State',
    width: '110px',
    isMinor: true,
    cell: (row) => <Status state={row.staged ? 'staged' : row.state} />,
  },
  { title: 'Why', width: 'minmax(0, 2fr)', isMinor: true, cell: (row) => row.why },
];

/** What the cycle intends for each person, and why; staged removals first, as they wait for somebody. */
export function Plan({ cycle }: { cycle: CycleAnswer }) {
  const plan = usePages<PlanEntryAnswer>(`${JOB}/cycles/${encodeURIComponent(cycle.id)}/plan?$top=${PAGE}`, 'entries');
  const [action, setAction] = useState(cycle.state === 'awaitingApproval' ? 'staged' : '');
  const [text, setText] = useState('');
  const [open, setOpen] = useState<PlanEntryAnswer | null>(null);
  const shown = useMemo(
    () =>
      plan.rows.filter(
        (row) =>
          (action === '' || (action === 'staged' ? row.staged : row.action === action)) &&
          (text === '' || row.displayName.toLowerCase().includes(text.toLowerCase()) || row.sourceId === text),
      ),
    [plan.rows, action, text],
  );
  return (
    <Card
      title="Plan"
      actions={
        <span class="quiet">
          {number(shown.length)}
          {plan.isComplete ? '' : ' or more'} of {number(plan.rows.length)} people
        </span>
      }
    >
      <div class="filters">
        <label class="field">
          <span>Person</span>
          <input
            type="search"
            value={text}
            placeholder="Name"
            onInput={(event) => setText(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Action</span>
          <select value={action} onChange={(event) => setAction(event.currentTarget.value)}>
            <option value="">All</option>
            <option value="staged">Waiting for approval</option>
            {ACTIONS.map((name) => (
              <option key={name} value={name}>
                {words(name)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {plan.problem !== null && <ProblemMessage problem={plan.problem} retry={plan.more} />}
      {shown.length > 0 && (
        <VirtualRows
          label="Plan"
          rows={shown}
          columns={COLUMNS}
          keyOf={(row) => row.sourceId}
          rowHeight={40}
          open={setOpen}
          more={plan.more}
        />
      )}
      {plan.isLoading && <Waiting />}
      {!plan.isLoading && shown.length === 0 && plan.problem === null && (
        <Empty title={plan.rows.length === 0 ? 'Nobody stands in this plan.' : 'Nobody fits the filter.'}>
          {plan.isComplete ? undefined : (
            <button type="button" class="link" onClick={plan.more}>
              Look further
            </button>
          )}
        </Empty>
      )}
      {open !== null && (
        <Drawer title={open.displayName || open.sourceId} close={() => setOpen(null)}>
          <p class="verdict">{open.why}</p>
          <Changes before={open.before} after={open.after} />
          <Steps steps={open.steps} />
          <a href={linkTo('person', open.sourceId)}>Open this person’s story</a>
        </Drawer>
      )}
    </Card>
  );
}
