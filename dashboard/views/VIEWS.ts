import type { ComponentType } from 'preact';
import type { IconName } from '../parts/Icon';
import { Connection } from './connection/Connection';
import { Cycles } from './cycles/Cycles';
import { Log } from './log/Log';
import { Mapping } from './mapping/Mapping';
import { Overview } from './overview/Overview';
import { Person } from './person/Person';
import type { ViewProps } from './ViewProps';

export interface ViewOfPage {
  readonly name: string;
  readonly title: string;
  readonly icon: IconName;
  readonly View: ComponentType<ViewProps>;
}

/** Every view of the page, as the bar shows them. */
export const VIEWS: readonly ViewOfPage[] = [
  { name: 'overview', title: 'Overview', icon: 'home', View: Overview },
  { name: 'cycles', title: 'Cycles', icon: 'apps', View: Cycles },
  { name: 'log', title: 'Log', icon: 'list', View: Log },
  { name: 'person', title: 'Person', icon: 'person', View: Person },
  { name: 'mapping', title: 'Mapping', icon: 'map', View: Mapping },
  { name: 'connection', title: 'Connection', icon: 'plug', View: Connection },
];
