import type { LicensesAnswer } from '../../../shared/api/answers/LicensesAnswer';
import { JOB } from '../../data/ApiClient';
import { usePoll } from '../../data/usePoll';
import { ago, number } from '../../data/words';
import { Card } from '../../parts/Card';
import { Loaded, Empty } from '../../parts/Loaded';

/** Each question is one more request to GoTo, whose number a day is limited: so seldom, in ms. */
export const LICENSES_EVERY_MS = 300_000;
export const LICENSES_PATH = `${JOB}/licenses`;

/** What the GoTo account has to give, and how much of it is left. */
export function Licenses() {
  const licenses = usePoll<LicensesAnswer>(LICENSES_PATH, LICENSES_EVERY_MS);
  return (
    <Card title="Licences and seats">
      <Loaded of={licenses}>
        {({ value, readDateTime }) =>
          value.length === 0 ? (
            <Empty title="The GoTo account has no licence.">Buy one in GoTo Admin.</Empty>
          ) : (
            <>
              <table class="table table-stacks" aria-label="Licences">
                <thead>
                  <tr>
                    <th scope="col">Licence</th>
                    <th scope="col">Seats</th>
                    <th scope="col" class="number">
                      Free
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {value.map((license) => (
                    <tr key={license.key}>
                      <th scope="row">
                        {license.description || license.key}{' '}
                        {license.isGiven && <span class="badge">Given by a role</span>}
                        {!license.isUsable && <span class="badge">Cannot be given</span>}
                      </th>
                      <td>
                        <Seats license={license} />
                      </td>
                      <td class="number">{license.free === null ? '–' : number(license.free)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              <p class="quiet note">Read from GoTo {ago(readDateTime)}.</p>
            </>
          )
        }
      </Loaded>
    </Card>
  );
}

function Seats({ license: { seats, used, free } }: { license: LicensesAnswer['value'][number] }) {
  if (seats === null) return <>{number(used)} used; GoTo does not say of how many</>;
  return (
    <span class="seats">
      <meter
        min={0}
        max={Math.max(1, seats)}
        value={used}
        high={seats * 0.95}
        optimum={0}
        aria-label={`${number(used)} of ${number(seats)} seats used`}
      />
      <span class={free === 0 ? 'bad' : ''}>
        {number(used)} of {number(seats)} used
      </span>
    </span>
  );
}
