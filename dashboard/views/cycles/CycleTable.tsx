import type { CycleAnswer } from '../../../shared/api/answers/CycleAnswer';
import { linkTo } from '../../data/useRoute';
import { ago, duration, inFull, words } from '../../data/words';
import { Status } from '../../parts/Status';
import { countsInWords } from './countsInWords';

/** Cycles, newest first. */
export function CycleTable({ cycles }: { cycles: readonly CycleAnswer[] }) {
  return (
    <div class="scroll-x">
      <table class="table">
        <thead>
          <tr>
            <th scope="col">Began</th>
            <th scope="col">State</th>
            <th scope="col">Mode</th>
            <th scope="col">What changed</th>
            <th scope="col" class="minor">
              Took
            </th>
          </tr>
        </thead>
        <tbody>
          {cycles.map((cycle) => (
            <tr key={cycle.id}>
              <td>
                <a href={linkTo('cycles', cycle.id)} title={inFull(cycle.startDateTime)}>
                  {ago(cycle.startDateTime)}
                </a>
              </td>
              <td>
                <Status state={cycle.state} />
              </td>
              <td>{modeInWords(cycle)}</td>
              <td>{countsInWords(cycle)}</td>
              <td class="minor">{tookOf(cycle)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

export const modeInWords = ({ mode, dryRun }: CycleAnswer): string => `${words(mode)}${dryRun ? ', plan only' : ''}`;

export const tookOf = ({ startDateTime, endDateTime }: CycleAnswer): string =>
  duration((endDateTime === null ? Date.now() : Date.parse(endDateTime)) - Date.parse(startDateTime));
