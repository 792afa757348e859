import { useMemo, useState } from 'preact/hooks';
import type { LogEntryAnswer } from '../../../shared/api/answers/LogAnswer';
import { download } from '../../data/ApiClient';
import { saveFile } from '../../data/saveFile';
import { quoted } from '../../data/quoted';
import { usePages, type Pages } from '../../data/usePages';
import { usePoll } from '../../data/usePoll';
import { replaceQuery } from '../../data/useRoute';
import { inFull, inShort, many, number } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { ActionWord } from '../../parts/ActionWord';
import { Card } from '../../parts/Card';
import { Icon } from '../../parts/Icon';
import { Empty, Waiting } from '../../parts/Loaded';
import { Named } from '../../parts/Named';
import { ProblemMessage } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { VirtualRows, type Column } from '../../parts/VirtualRows';
import { actionOf } from './actionOf';
import { filterOf, FIELDS, type LogFilter } from './filterOf';
import { LogFilters } from './LogFilters';
import { LogEntryDrawer } from './LogEntryDrawer';
import type { ViewProps } from '../ViewProps';

const PATH = '/api/auditLogs/provisioning';
const PAGE = 500;
/** Two lines of text, in px. */
const ROW_HEIGHT = 52;

const COLUMNS: readonly Column<LogEntryAnswer>[] = [
  {
    title: 'Person or group',
    width: 'minmax(80px, 1.2fr)',
    cell: ({ sourceIdentity: { displayName, id, identityType } }) => (
      <Named name={displayName || (id ?? '')} isGroup={identityType === 'Group'} />
    ),
  },
  { title: 'Action', width: '110px', cell: (row) => <ActionWord action={actionOf(row)} /> },
  { title: 'Status', width: '110px', cell: (row) => <Status state={row.provisioningStatusInfo.status} /> },
  {
    title: 'When',
    width: '130px',
    isMinor: true,
    cell: (row) => <span title={inFull(row.activityDateTime)}>{inShort(row.activityDateTime)}</span>,
  },
  {
    title: 'What happened',
    width: 'minmax(0, 2fr)',
    isMinor: true,
    isText: true,
    cell: (row) => {
      const text = row.provisioningStatusInfo.errorInformation?.reason ?? row.provisioningSteps.at(-1)?.description;
      return <span title={text ?? ''}>{text}</span>;
    },
  },
];

/** The provisioning log. The filters stand in the address, so that what is seen can be linked to. */
export function Log({ route }: ViewProps) {
  const filter = useMemo(() => readFilter(route.query), [route.query]);
  const query = filterOf(filter);
  const path = `${PATH}?$top=${PAGE}${query === '' ? '' : `&$filter=${encodeURIComponent(query)}`}`;
  const log = usePages<LogEntryAnswer>(path, 'value');
  const [open, setOpen] = useState<LogEntryAnswer | null>(null);
  const named = route.query.get('entry');
  const isNamed = ({ id }: LogEntryAnswer): boolean => id === named;
  const listed = open ?? log.rows.find(isNamed) ?? null;
  // Whoever follows a link comes when the entry is far down, or fits other filters.
  const linked = usePoll<{ readonly value: readonly LogEntryAnswer[] }>(
    named === null || listed !== null ? null : entryPath(named),
    0,
  );
  const entry = listed ?? linked.value?.value.find(isNamed) ?? null;
  const show = (next: LogEntryAnswer | null): void => {
    setOpen(next);
    replaceQuery(route, { ...filter, ...(next === null ? {} : { entry: next.id }) });
  };
  return (
    <div class="view">
      <div class="view-head">
        <h1>Provisioning log</h1>
        <div class="actions">
          <ActionButton isReading run={() => save(query)}>
            <Icon name="download" slot="start" /> Download CSV
          </ActionButton>
        </div>
      </div>
      <Card>
        <LogFilters filter={filter} change={(next) => replaceQuery(route, { ...next })} />
        <p class="quiet log-count" role="status">
          {log.isLoading ? 'Reading …' : log.problem === null || log.rows.length > 0 ? countInWords(log) : ''}
        </p>
        {log.problem !== null && <ProblemMessage problem={log.problem} retry={log.more} />}
        {log.rows.length > 0 && (
          <VirtualRows
            label="Provisioning log"
            rows={log.rows}
            columns={COLUMNS}
            keyOf={(row) => row.id}
            rowHeight={ROW_HEIGHT}
            open={show}
            more={log.more}
          />
        )}
        {log.isLoading && log.rows.length === 0 && <Waiting />}
        {!log.isLoading && log.rows.length === 0 && log.problem === null && (
          <Empty title="No entry fits.">
            {log.isComplete ? (
              (log.message ??
              'Every change and every reason for leaving somebody alone stands here once a cycle has run.')
            ) : (
              <button type="button" class="link" onClick={log.more}>
                Look further back
              </button>
            )}
          </Empty>
        )}
      </Card>
      {entry !== null && <LogEntryDrawer entry={entry} close={() => show(null)} />}
    </div>
  );
}

const countInWords = ({ rows, isComplete }: Pages<LogEntryAnswer>): string =>
  isComplete ? many(rows.length, 'entry', 'entries') : `${number(rows.length)} or more entries`;

/** An entry's id begins with its cycle's: no other cycle is read. */
const entryPath = (id: string): string =>
  `${PATH}?$top=1&$filter=${encodeURIComponent(`cycleId eq ${quoted(id.split('.', 1)[0] ?? '')} and id eq ${quoted(id)}`)}`;

function readFilter(query: URLSearchParams): LogFilter {
  return Object.fromEntries(FIELDS.flatMap((name) => (query.get(name) ? [[name, query.get(name) ?? '']] : [])));
}

async function save(filter: string): Promise<string> {
  const blob = await download(filter === '' ? PATH : `${PATH}?$filter=${encodeURIComponent(filter)}`, 'text/csv');
  saveFile(blob, 'provisioning-log.csv');
  return 'The log is in your downloads.';
}
