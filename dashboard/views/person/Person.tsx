import { linkTo, go } from '../../data/useRoute';
import { Empty } from '../../parts/Loaded';
import { Card } from '../../parts/Card';
import type { ViewProps } from '../ViewProps';
import { PersonSearch } from '../../parts/PersonSearch';
import { PersonStory } from './PersonStory';

/** "Why has this person no account?" */
export function Person({ route, refresh }: ViewProps) {
  return (
    <div class="view">
      <div class="view-head">
        <h1 class="unseen">Person</h1>
        <PersonSearch open={(id) => go(linkTo('person', id))} />
      </div>
      {route.id === null ? (
        <Card>
          <Empty title="Whose account is it about?">
            Find somebody above. You see whether the person is in Entra, through what they are assigned, what the
            mapping gives, how their account stands, and in one sentence why.
          </Empty>
        </Card>
      ) : (
        <PersonStory key={route.id} name={route.id} refreshJob={refresh} />
      )}
    </div>
  );
}
