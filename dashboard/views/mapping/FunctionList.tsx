import { useState } from 'preact/hooks';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { Card } from '../../parts/Card';
import { Loaded } from '../../parts/Loaded';

interface Functions {
  readonly value: readonly {
    readonly name: string;
    readonly family: string;
    readonly description: string;
    readonly parameters: readonly {
      readonly name: string;
      readonly required: boolean;
      readonly allowMultipleOccurrences: boolean;
    }[];
  }[];
}
type ExpressionFunction = Functions['value'][number];

/** Every function of the language, to look up and to put into the expression. */
export function FunctionList({ insert }: { insert: (call: string) => void }) {
  const functions = usePoll<Functions>(`${JOB}/schema/functions`, 0);
  const [text, setText] = useState('');
  const fits = ({ name, description }: ExpressionFunction): boolean =>
    `${name} ${description}`.toLowerCase().includes(text.trim().toLowerCase());
  return (
    <Card
      title="Functions"
      actions={
        <input
          type="search"
          aria-label="Find a function"
          placeholder="Find a function"
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      }
    >
      <Loaded of={functions}>
        {({ value }) => (
          <ul class="functions" tabIndex={0} aria-label="Functions">
            {value.filter(fits).map((one) => (
              <li key={one.name}>
                <button type="button" class="link" onClick={() => insert(callOf(one))}>
                  <code>{one.name}</code>
                </button>
                <code class="quiet">({one.parameters.map(nameOf).join(', ')})</code>
                <p>{one.description}</p>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}

const nameOf = ({ name, required, allowMultipleOccurrences }: ExpressionFunction['parameters'][number]): string =>
  `${required ? name : `[${name}]`}${allowMultipleOccurrences ? ', …' : ''}`;

const callOf = ({ name, parameters }: ExpressionFunction): string =>
  `${name}(${parameters.map(({ required }) => (required ? '""' : '')).join(', ')})`;
