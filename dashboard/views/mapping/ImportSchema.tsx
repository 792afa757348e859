import { useState } from 'preact/hooks';
import { ask, get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { linkTo } from '../../data/useRoute';
import { many, number } from '../../data/words';
import { ActionButton } from '../../parts/ActionButton';
import { Card } from '../../parts/Card';
import { Icon } from '../../parts/Icon';
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
    readonly joins: Foretold;
    readonly changes: Foretold;
  };
  readonly report: Readonly<Record<'taken' | 'ignored' | 'needsDecision', readonly ReportRow[]>>;
}
interface ReportRow {
  readonly pointer: string;
  readonly what: string;
  readonly why: string;
}
interface Chosen {
  readonly name: string;
  readonly text: string;
}

/** A schema as Entra exports it: first what would become of it and of people, then it is put. */
export function ImportSchema({ changed }: { changed: () => void }) {
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const look = async (file: File): Promise<void> => {
    setTried(null);
    setProblem(null);
    const text = await file.text();
    setChosen({ name: file.name, text });
    try {
      setTried(await get<Tried>(`${JOB}/schema?dryRun=true`, { method: 'PUT', text }));
    } catch (error) {
      setProblem(problemOf(error));
    }
  };
  const put = async (): Promise<string> => {
    await ask(`${JOB}/schema?confirm=${encodeURIComponent(tried?.forecast.hash ?? '')}`, {
      method: 'PUT',
      text: chosen?.text ?? '',
    });
    setChosen(null);
    setTried(null);
    changed();
    return 'The mapping is active. A full cycle evaluates everybody anew.';
  };
  return (
    <Card title="Import an exported schema">
      <label class="drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => takeDropped(event, look)}>
        <Icon name="upload" />
        <span>
          Choose the file, or drop it here.{' '}
          <span class="quiet">Nothing is changed before you have seen what it does.</span>
        </span>
        <input
          id="schema-file"
          type="file"
          accept=".json,application/json"
          aria-label="Exported schema"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            event.currentTarget.value = '';
            if (file !== undefined) void look(file);
          }}
        />
      </label>
      {chosen !== null && (
        <div class="stack imported">
          <h3>{chosen.name}</h3>
          {problem !== null && <ProblemMessage problem={problem} />}
          {problem === null && tried === null && <Waiting what="Looking what would become of everybody" />}
          {tried !== null && (
            <>
              <Forecast forecast={tried.forecast} />
              <Report report={tried.report} />
              <div class="actions">
                <ActionButton
                  appearance="primary"
                  run={put}
                  {...(tried.forecast.confirmationRequired
                    ? {
                        ask: {
                          title: `Put ${many(tried.forecast.atRisk, 'person', 'people')} at risk?`,
                          text: `Of ${number(tried.forecast.managed)} managed people so many would lose access or have no valid values with this mapping.`,
                          yes: 'Use it all the same',
                        },
                      }
                    : {})}
                >
                  Use this mapping
                </ActionButton>
                <fluent-button onClick={() => setChosen(null)}>Leave it</fluent-button>
              </div>
            </>
          )}
        </div>
      )}
    </Card>
  );
}

function takeDropped(event: DragEvent, look: (file: File) => Promise<void>): void {
  event.preventDefault();
  const file = event.dataTransfer?.files[0];
  if (file !== undefined) void look(file);
}

function Forecast({ forecast }: { forecast: Tried['forecast'] }) {
  const { leaves, invalid, joins, changes, managed, atRisk } = forecast;
  const tiles: readonly TileToShow[] = [
    { name: 'Lose access', icon: 'personOff', value: leaves.count, text: `of ${number(managed)} managed`, tone: 'bad' },
    { name: 'No valid values', icon: 'warning', value: invalid.count, text: 'left as they are', tone: 'warn' },
    { name: 'Get access', icon: 'personAdd', value: joins.count, text: 'new in scope' },
    { name: 'Other values', icon: 'edit', value: changes.count, text: 'are written' },
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
      {[leaves, invalid, joins, changes].map(
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

function Report({ report }: { report: Tried['report'] }) {
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
