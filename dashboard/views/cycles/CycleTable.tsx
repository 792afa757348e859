import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { linkTo } from '../../data/useRoute';
import { ago, duration, inFull, words } from '../../data/words';
import { Status } from '../../parts/Status';
import { countsInWords, nothingInWords } from './countsInWords';

/** Cycles, newest first. */
export function CycleTable({ cycles }: { cycles: readonly CycleAnswer[] }) {
  return (
    <table class="table table-stacks" aria-label="Cycles, newest first">
      <thead>
        <tr>
          <th scope="col">Began</th>
          <th scope="col">State</th>
          <th scope="col">Mode</th>
          <th scope="col">What changed</th>
          <th scope="col" class="number">
            Took
          </th>
        </tr>
      </thead>
      <tbody>
        {cycles.map((cycle) => (
          <tr key={cycle.id}>
            <td class="nowrap">
              <a href={linkTo('cycles', cycle.id)} title={inFull(cycle.startDateTime)}>
                {ago(cycle.startDateTime)}
              </a>
            </td>
            <td>
              <Status state={cycle.state} />
            </td>
            <td>{modeInWords(cycle)}</td>
            <td>{countsInWords(cycle) ?? <span class="quiet">{nothingInWords(cycle)}</span>}</td>
            <td class="number minor">{tookOf(cycle)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export const modeInWords = ({ mode, dryRun }: CycleAnswer): string => `${words(mode)}${dryRun ? ', plan only' : ''}`;

export const tookOf = ({ startDateTime, endDateTime }: CycleAnswer): string =>
  duration((endDateTime === null ? Date.now() : Date.parse(endDateTime)) - Date.parse(startDateTime));
