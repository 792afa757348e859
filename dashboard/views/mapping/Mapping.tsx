import { useState } from 'preact/hooks';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { replaceQuery } from '../../data/useRoute';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';
import type { ViewProps } from '../ViewProps';
import { ExpressionTester } from './ExpressionTester';
import { FunctionList } from './FunctionList';
import { ImportSchema } from './ImportSchema';
import { rulesOf } from './rulesOf';
import { RulesTable } from './RulesTable';
import { Scope } from './Scope';
import { Versions } from './Versions';

/** The call where the cursor stands, over what is marked. */
function withCall(expression: string, call: string): string {
  const field = document.getElementById('expression');
  if (!(field instanceof HTMLTextAreaElement)) return call;
  return `${expression.slice(0, field.selectionStart)}${call}${expression.slice(field.selectionEnd)}`;
}

const FIRST_EXPRESSION = 'Join(" ", [givenName], ToUpper([surname]))';

/** Who is in scope, which value goes where, and a place to try it. The expression stands in the address. */
export function Mapping({ route, refresh }: ViewProps) {
  const [round, setRound] = useState(0);
  const schema = usePoll<unknown>(`${JOB}/schema?round=${round}`, 0);
  const [expression, setExpression] = useState(route.query.get('expression') ?? FIRST_EXPRESSION);
  const change = (text: string): void => {
    setExpression(text);
    replaceQuery(route, text === FIRST_EXPRESSION ? {} : { expression: text });
  };
  const changed = (): void => {
    setRound((count) => count + 1);
    refresh();
  };
  const tryOut = (text: string): void => {
    change(text);
    const field = document.getElementById('expression');
    field?.scrollIntoView({ block: 'center' });
    field?.focus();
  };
  return (
    <div class="view">
      <h1>Mapping</h1>
      <Loaded of={schema}>
        {(value) => {
          const { rules, groups } = rulesOf(value);
          return (
            <>
              <Card title="Who is in scope">
                <Scope groups={groups} />
              </Card>
              <Card title="What GoTo gets">
                <RulesTable rules={rules} tryOut={tryOut} />
                <p class="quiet note">Licences and groups come from the app role: see ROLE_ENTITLEMENTS.</p>
              </Card>
            </>
          );
        }}
      </Loaded>
      <div class="halves">
        <ExpressionTester expression={expression} change={change} />
        <FunctionList insert={(call) => tryOut(withCall(expression, call))} />
      </div>
      <ImportSchema changed={changed} />
      <Versions active={String(round)} changed={changed} />
    </div>
  );
}
