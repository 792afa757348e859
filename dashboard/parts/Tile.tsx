import { number } from '../data/words';
import { Icon, type IconName } from './Icon';

export interface TileToShow {
  readonly name: string;
  readonly icon: IconName;
  /** Undefined while it is not known. */
  readonly value: number | string | undefined;
  readonly text: string;
  /** How it is to be read when it is not zero. */
  readonly tone?: 'bad' | 'warn';
  readonly link?: string;
}

/** One number that matters, and what it counts. */
export function Tile({ name, icon, value, text, tone, link }: TileToShow) {
  const isZero = value === 0 || value === undefined;
  const shown = value === undefined ? '–' : typeof value === 'number' ? number(value) : value;
  return (
    <li class={`tile ${tone !== undefined && !isZero ? `tile-${tone}` : ''}`}>
      <span class="tile-name">
        <Icon name={icon} />
        {link === undefined ? (
          name
        ) : (
          <a class="tile-link" href={link}>
            {name}
          </a>
        )}
      </span>
      <span class="tile-value">{shown}</span>
      <span class="tile-text">{text}</span>
    </li>
  );
}
