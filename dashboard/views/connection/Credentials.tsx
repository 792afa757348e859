import type { JobAnswer } from '../../../shared/api/answers/JobAnswer';
import { inFull, many } from '../../data/words';
import { Card } from '../../parts/Card';
import { NAMES, SOON_DAYS } from '../../parts/credentialDays';
import { Status } from '../../parts/Status';

/** What the connector signs in with, and how long it lasts. */
export function Credentials({ of }: { of: JobAnswer['status']['connection']['credentials'] }) {
  return (
    <Card title="Credentials">
      <table class="table table-stacks" aria-label="Credentials">
        <thead>
          <tr>
            <th scope="col">Credential</th>
            <th scope="col">Ends</th>
            <th scope="col" class="number">
              Left
            </th>
          </tr>
        </thead>
        <tbody>
          {of.map(({ name, endDateTime, daysLeft }) => (
            <tr key={name}>
              <th scope="row">{NAMES[name]}</th>
              <td>
                {endDateTime === null ? (
                  <span class="quiet">Not known: its secret in Key Vault has no expiry date</span>
                ) : (
                  inFull(endDateTime)
                )}
              </td>
              <td class="number">
                {daysLeft === null ? (
                  '–'
                ) : daysLeft <= SOON_DAYS ? (
                  <Status state={daysLeft === 0 ? 'error' : 'warning'} text={many(daysLeft, 'day', 'days')} />
                ) : (
                  many(daysLeft, 'day', 'days')
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
