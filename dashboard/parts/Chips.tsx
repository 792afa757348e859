import { number } from '../data/words';

export interface Chip {
  readonly value: string;
  readonly title: string;
  readonly count?: number;
}

/** A few values to choose one of, with how many there are of each. */
export function Chips(props: {
  label: string;
  chips: readonly Chip[];
  chosen: string;
  choose: (value: string) => void;
}) {
  const { label, chips, chosen, choose } = props;
  return (
    <div class="chips" role="group" aria-label={label}>
      {chips.map(({ value, title, count }) => (
        <button key={value} type="button" class="chip" aria-pressed={chosen === value} onClick={() => choose(value)}>
          {title}
          {count !== undefined && <span class="chip-count">{number(count)}</span>}
        </button>
      ))}
    </div>
  );
}
