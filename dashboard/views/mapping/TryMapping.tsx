import { useEffect, useState } from 'preact/hooks';
import { ask, get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { linkTo } from '../../data/useRoute';
import { many, number } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Waiting } from '../../parts/Loaded';
import { Message, ProblemMessage } from '../../parts/Message';
import { Tile, type TileToShow } from '../../parts/Tile';

interface Foretold {
  readonly count: number;
  readonly people: readonly { readonly id: string; readonly displayName: string; readonly why?: string }[];
}
interface Tried {
  readonly forecast: {
    readonly hash: string;
    readonly confirmationRequired: boolean;
    readonly managed: number;
    readonly atRisk: number;
    readonly leaves: Foretold;
    readonly invalid: Foretold;
    readonly leftOut: Foretold;
    readonly joins: Foretold;
    readonly changes: Foretold;
    /** Of whom too little is stored. */
    readonly unknown: number;
  };
  /** None of the built-in mapping, which is taken over as it is. */
  readonly report?: Readonly<Record<'taken' | 'ignored' | 'needsDecision', readonly ReportRow[]>>;
}
interface ReportRow {
  readonly pointer: string;
  readonly what: string;
  readonly why: string;
}
/** A mapping that might be used. @property text as it was exported; null for the built-in one */
export interface Candidate {
  readonly name: string;
  readonly text: string | null;
}

/** What would become of people with another mapping; then it is used, or left. Who is at risk is confirmed first. */
export function TryMapping(props: { candidate: Candidate; changed: () => void; leave: () => void }) {
  const { candidate, changed, leave } = props;
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const how =
    candidate.text === null ? { method: 'DELETE' as const } : { method: 'PUT' as const, text: candidate.text };
  useEffect(() => {
    const abort = new AbortController();
    setTried(null);
    setProblem(null);
    get<Tried>(`${JOB}/schema?dryRun=true`, { ...how, signal: abort.signal }).then(setTried, (error: unknown) => {
      if (!abort.signal.aborted) setProblem(problemOf(error));
    });
    return () => abort.abort();
  }, [candidate]);
  const use = async (): Promise<string> => {
    await ask(`${JOB}/schema?confirm=${encodeURIComponent(tried?.forecast.hash ?? '')}`, how);
    leave();
    changed();
    return 'The mapping is active. A full cycle evaluates everybody anew.';
  };
  return (
    <div class="stack imported">
      <h3>{candidate.name}</h3>
      {problem !== null && <ProblemMessage problem={problem} />}
      {problem === null && tried === null && <Waiting what="Looking what would become of everybody" />}
      {tried !== null && (
        <>
          <Forecast forecast={tried.forecast} />
          {tried.report !== undefined && <Report report={tried.report} />}
        </>
      )}
      <div class="actions">
        {tried !== null && (
          <ActionButton
            appearance="primary"
            run={use}
            {...(tried.forecast.confirmationRequired
              ? {
                  ask: {
                    title: `Put ${many(tried.forecast.atRisk, 'person', 'people')} at risk?`,
                    text: `Of ${number(tried.forecast.managed)} managed people so many would lose access, have no valid values, or cannot be foreseen with this mapping.`,
                    yes: 'Use it all the same',
                  },
                }
              : {})}
          >
            Use this mapping
          </ActionButton>
        )}
        <fluent-button onClick={leave}>Leave it</fluent-button>
      </div>
    </div>
  );
}

function Forecast({ forecast }: { forecast: Tried['forecast'] }) {
  const { leaves, invalid, leftOut, joins, changes, managed, atRisk, unknown } = forecast;
  const tiles: readonly TileToShow[] = [
    { name: 'Lose access', icon: 'personOff', value: leaves.count, text: `of ${number(managed)} managed`, tone: 'bad' },
    { name: 'No valid values', icon: 'warning', value: invalid.count, text: 'left as they are', tone: 'warn' },
    { name: 'Get access', icon: 'personAdd', value: joins.count, text: 'new in scope' },
    { name: 'Other values', icon: 'edit', value: changes.count, text: 'are written' },
    ...(leftOut.count === 0
      ? []
      : [{ name: 'Left alone', icon: 'lock', value: leftOut.count, text: 'neither made nor kept up' } as const]),
    ...(unknown === 0
      ? []
      : [
          {
            name: 'Not foreseen',
            icon: 'hourglass',
            value: unknown,
            text: 'too little is known',
            tone: 'warn',
          } as const,
        ]),
  ];
  return (
    <>
      {forecast.confirmationRequired && (
        <Message intent="warning" title={`${many(atRisk, 'managed person is', 'managed people are')} at risk.`}>
          Look who it is before you use this mapping.
        </Message>
      )}
      <ul class="tiles" aria-label="Forecast">
        {tiles.map((tile) => (
          <Tile key={tile.name} {...tile} />
        ))}
      </ul>
      {[leaves, invalid, joins, changes, leftOut].map(
        ({ people, count }, index) =>
          count > 0 && (
            <details key={index}>
              <summary>
                {tiles[index]?.name}: {number(count)}
              </summary>
              <ul class="plain">
                {people.map(({ id, displayName, why }) => (
                  <li key={id}>
                    <a href={linkTo('person', id)}>{displayName || id}</a>
                    {why !== undefined && <span class="quiet"> — {why}</span>}
                  </li>
                ))}
                {count > people.length && <li class="quiet">and {number(count - people.length)} more</li>}
              </ul>
            </details>
          ),
      )}
    </>
  );
}

const HEADINGS = [
  ['needsDecision', 'Needs your decision'],
  ['taken', 'Taken over'],
  ['ignored', 'Ignored'],
] as const;

function Report({ report }: { report: NonNullable<Tried['report']> }) {
  return (
    <>
      {HEADINGS.map(([kind, title]) => (
        <details key={kind} open={kind === 'needsDecision' && report[kind].length > 0}>
          <summary>
            {title}: {number(report[kind].length)}
          </summary>
          <ul class="plain">
            {report[kind].map(({ pointer, what, why }, index) => (
              <li key={index} title={pointer}>
                <code>{what}</code> <span class="quiet">{why}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </>
  );
}
