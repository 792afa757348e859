import { useEffect, useState } from 'preact/hooks';
import { get, JOB } from '../../data/ApiClient';
import { problemOf, type ApiProblem } from '../../data/ApiProblem';
import { useTyped } from '../../data/useTyped';
import { Card } from '../../parts/Card';
import { ProblemMessage } from '../../parts/Message';
import { Status } from '../../parts/Status';
import { attributesIn } from './rulesOf';
import { SAMPLE_PERSON } from './SAMPLE_PERSON';

interface Tried {
  readonly parsingSucceeded: boolean;
  readonly evaluationSucceeded: boolean;
  readonly evaluationResult: readonly string[];
  readonly error: { readonly code: string; readonly message: string; readonly position: number } | null;
}

const MAX_LENGTH = 20_000;

/** An expression on a sample person: the value appears as one types. Nothing is read or written anywhere. */
export function ExpressionTester({ expression, change }: { expression: string; change: (text: string) => void }) {
  const [person, setPerson] = useState<Readonly<Record<string, string>>>({});
  const attributes = attributesIn(expression);
  const valueOf = (name: string): string => person[name] ?? SAMPLE_PERSON[name] ?? '';
  const question = JSON.stringify({
    expression,
    testInputObject: {
      properties: attributes.flatMap((key) => (valueOf(key) === '' ? [] : [{ key, value: valueOf(key) }])),
    },
  });
  const [settled, , type] = useTyped(question);
  useEffect(() => type(question), [question]);
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<ApiProblem | null>(null);
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
      {attributes.length > 0 && (
        <fieldset class="sample">
          <legend>Sample person</legend>
          {attributes.map((name) => (
            <label key={name} class="field">
              <span>{name}</span>
              <input
                value={valueOf(name)}
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

const AROUND = 30;

/** The piece of the expression where it goes wrong, and below it a pointer. */
function aroundFault(expression: string, position: number): string {
  const from = Math.max(0, position - AROUND);
  const piece = expression.slice(from, position + AROUND).replaceAll(/\s/g, ' ');
  return `${piece}\n${' '.repeat(Math.max(0, position - from))}^`;
}
