import apps from '@fluentui/svg-icons/icons/arrow_sync_circle_20_regular.svg';
import arrowRight from '@fluentui/svg-icons/icons/arrow_right_20_regular.svg';
import check from '@fluentui/svg-icons/icons/checkmark_circle_20_filled.svg';
import clock from '@fluentui/svg-icons/icons/clock_20_regular.svg';
import dismiss from '@fluentui/svg-icons/icons/dismiss_20_regular.svg';
import download from '@fluentui/svg-icons/icons/arrow_download_20_regular.svg';
import error from '@fluentui/svg-icons/icons/dismiss_circle_20_filled.svg';
import home from '@fluentui/svg-icons/icons/home_20_regular.svg';
import info from '@fluentui/svg-icons/icons/info_20_filled.svg';
import list from '@fluentui/svg-icons/icons/clipboard_text_ltr_20_regular.svg';
import map from '@fluentui/svg-icons/icons/arrow_swap_20_regular.svg';
import next from '@fluentui/svg-icons/icons/chevron_right_20_regular.svg';
import pause from '@fluentui/svg-icons/icons/pause_20_filled.svg';
import person from '@fluentui/svg-icons/icons/person_20_regular.svg';
import play from '@fluentui/svg-icons/icons/play_20_filled.svg';
import plug from '@fluentui/svg-icons/icons/plug_connected_20_regular.svg';
import question from '@fluentui/svg-icons/icons/question_circle_20_regular.svg';
import skip from '@fluentui/svg-icons/icons/subtract_circle_20_filled.svg';
import sync from '@fluentui/svg-icons/icons/arrow_sync_20_filled.svg';
import undo from '@fluentui/svg-icons/icons/arrow_undo_20_regular.svg';
import warning from '@fluentui/svg-icons/icons/warning_20_filled.svg';

const ICONS = {
  apps,
  arrowRight,
  check,
  clock,
  dismiss,
  download,
  error,
  home,
  info,
  list,
  map,
  next,
  pause,
  person,
  play,
  plug,
  question,
  skip,
  sync,
  undo,
  warning,
} as const;
export type IconName = keyof typeof ICONS;

const pathsOf = (svg: string): readonly string[] => [...svg.matchAll(/ d="([^"]+)"/g)].map((found) => found[1] ?? '');

/** Decoration: what it stands for is said in words beside it. */
export function Icon({ name, slot, class: className }: { name: IconName; slot?: string; class?: string }) {
  return (
    <svg class={`icon ${className ?? ''}`} slot={slot} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {pathsOf(ICONS[name]).map((d) => (
        <path key={d} d={d} />
      ))}
    </svg>
  );
}
