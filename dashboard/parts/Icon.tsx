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
import beaker from '@fluentui/svg-icons/icons/beaker_20_regular.svg';
import box from '@fluentui/svg-icons/icons/box_20_regular.svg';
import certificate from '@fluentui/svg-icons/icons/certificate_20_regular.svg';
import code from '@fluentui/svg-icons/icons/code_20_regular.svg';
import edit from '@fluentui/svg-icons/icons/edit_20_regular.svg';
import history from '@fluentui/svg-icons/icons/history_20_regular.svg';
import hourglass from '@fluentui/svg-icons/icons/hourglass_20_regular.svg';
import key from '@fluentui/svg-icons/icons/key_20_regular.svg';
import link from '@fluentui/svg-icons/icons/link_20_regular.svg';
import lock from '@fluentui/svg-icons/icons/lock_closed_20_regular.svg';
import people from '@fluentui/svg-icons/icons/people_20_regular.svg';
import personAdd from '@fluentui/svg-icons/icons/person_add_20_regular.svg';
import personOff from '@fluentui/svg-icons/icons/person_prohibited_20_regular.svg';
import personOk from '@fluentui/svg-icons/icons/person_available_20_regular.svg';
import remove from '@fluentui/svg-icons/icons/delete_20_regular.svg';
import search from '@fluentui/svg-icons/icons/search_20_regular.svg';
import seat from '@fluentui/svg-icons/icons/seat_20_regular.svg';
import upload from '@fluentui/svg-icons/icons/arrow_upload_20_regular.svg';
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
  beaker,
  box,
  certificate,
  code,
  edit,
  history,
  hourglass,
  key,
  link,
  lock,
  people,
  personAdd,
  personOff,
  personOk,
  remove,
  search,
  seat,
  upload,
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
