import { useEffect, useState } from 'preact/hooks';
import { get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { useTyped } from '../../data/useTyped';
import { Card } from '../../parts/Card';
import { ProblemMessage } from '../../parts/Message';
import { PersonSearch } from '../../parts/PersonSearch';
import { Status } from '../../parts/Status';
import { attributesIn } from './rulesOf';
import { SAMPLE_PERSON } from './SAMPLE_PERSON';

interface Somebody {
  readonly id: string;
  readonly displayName: string;
}
interface Tried {
  readonly testInputObject: { readonly properties: readonly { readonly key: string; readonly value: unknown }[] };
  readonly parsingSucceeded: boolean;
  readonly evaluationSucceeded: boolean;
  readonly evaluationResult: readonly string[];
  readonly error: { readonly code: string; readonly message: string; readonly position: number } | null;
}

const MAX_LENGTH = 20_000;

/** An expression on a sample person, or on somebody in Entra: the value appears as one types. Nothing is written anywhere. */
export function ExpressionTester({ expression, change }: { expression: string; change: (text: string) => void }) {
  const [person, setPerson] = useState<Readonly<Record<string, string>>>({});
  const attributes = attributesIn(expression);
  const [somebody, setSomebody] = useState<Somebody | null>(null);
  const sample = somebody === null ? SAMPLE_PERSON : {};
  const valueOf = (name: string): string => person[name] ?? sample[name] ?? '';
  const question = JSON.stringify({
    expression,
    ...(somebody === null ? {} : { user: somebody.id }),
    testInputObject: {
      // Of somebody, only what the reader typed over what Entra says.
      properties: attributes.flatMap((key) => {
        const value = somebody === null ? valueOf(key) : person[key];
        return value === undefined || (somebody === null && value === '') ? [] : [{ key, value: value || null }];
      }),
    },
  });
  const [settled, , type] = useTyped(question);
  useEffect(() => type(question), [question]);
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
  const choose = (next: Somebody | null): void => {
    setSomebody(next);
    setPerson({});
  };
  /** What Entra says of somebody, where the reader typed nothing else. */
  const read = new Map(
    somebody === null ? [] : (tried?.testInputObject.properties ?? []).map(({ key, value }) => [key, printed(value)]),
  );
  useEffect(() => {
    const abort = new AbortController();
    get<Tried>(`${JOB}/schema/parseExpression`, { method: 'POST', text: settled, signal: abort.signal }).then(
      (answer) => {
        setTried(answer);
        setProblem(null);
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setProblem(problemOf(error));
      },
    );
    return () => abort.abort();
  }, [settled]);
  return (
    <Card title="Try an expression" class="tester">
      <label class="field">
        <span>Expression, as in Entra</span>
        <textarea
          id="expression"
          rows={3}
          spellcheck={false}
          maxLength={MAX_LENGTH}
          value={expression}
          onInput={(event) => change(event.currentTarget.value)}
        />
      </label>
      <div class="tester-person">
        <PersonSearch label="Try it on somebody in Entra" open={(id, displayName) => choose({ id, displayName })} />
        {somebody !== null && (
          <fluent-button size="small" onClick={() => choose(null)}>
            Sample person
          </fluent-button>
        )}
      </div>
      {attributes.length > 0 && (
        <fieldset class="sample">
          <legend>{somebody === null ? 'Sample person' : somebody.displayName}</legend>
          {attributes.map((name) => (
            <label key={name} class="field">
              <span>{name}</span>
              <input
                value={person[name] ?? read.get(name) ?? sample[name] ?? ''}
                placeholder="empty"
                maxLength={2_000}
                onInput={(event) => setPerson({ ...person, [name]: event.currentTarget.value })}
              />
            </label>
          ))}
        </fieldset>
      )}
      {problem !== null && <ProblemMessage problem={problem} />}
      {problem === null && tried !== null && <Result tried={tried} expression={expression} />}
    </Card>
  );
}

function Result({ tried, expression }: { tried: Tried; expression: string }) {
  const { error, evaluationResult } = tried;
  if (error !== null)
    return (
      <output class="result result-bad">
        <Status state="error" text={tried.parsingSucceeded ? 'It fails for this person' : 'It cannot be read'} />
        <p>{error.message}</p>
        <pre class="pointer" aria-hidden="true">
          {aroundFault(expression, error.position)}
        </pre>
      </output>
    );
  return (
    <output class="result">
      <span class="quiet">Result</span>
      {evaluationResult.length === 0 ? (
        <span class="quiet">no value: nothing flows</span>
      ) : (
        evaluationResult.map((value, index) => (
          <code key={index} class="value">
            {value === '' ? '(an empty text)' : value}
          </code>
        ))
      )}
    </output>
  );
}

const printed = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

const AROUND = 30;

/** The piece of the expression where it goes wrong, and below it a pointer. */
function aroundFault(expression: string, position: number): string {
  const from = Math.max(0, position - AROUND);
  const piece = expression.slice(from, position + AROUND).replaceAll(/\s/g, ' ');
  return `${piece}\n${' '.repeat(Math.max(0, position - from))}^`;
}
