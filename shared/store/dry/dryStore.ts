import type { OpenTable } from '../connectTables';
import { openJob } from '../state/JobRows';
import { AssignmentsCertificate } from '../state/AssignmentsCertificate';
import { FullCycleWish } from '../state/FullCycleWish';
import { KnownApp } from '../state/KnownApp';
import { Watermark } from '../state/Watermark';
import type { Store } from '../Store';
import { DryDirty } from './DryDirty';
import { DryGroups } from './DryGroups';
import { DryImage } from './DryImage';
import { DryPeople } from './DryPeople';

class DryWatermark extends Watermark {
  override move(): Promise<boolean> {
    return Promise.resolve(true);
  }

  override forget(): Promise<void> {
    return Promise.resolve();
  }
}

class DryApp extends KnownApp {
  override put(): Promise<void> {
    return Promise.resolve();
  }
}

class DryCertificate extends AssignmentsCertificate {
  override put(): Promise<void> {
    return Promise.resolve();
  }
}

class DryWish extends FullCycleWish {
  override make(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * The store of a dry run: it reads what is stored and keeps in memory what the planner would store, so that the plan is
 * what a real cycle would make now, and nothing is lost for that one (I15). It lives as long as one message.
 */
export function dryStore(open: OpenTable, store: Store): Store {
  const job = openJob(open);
  return {
    ...store,
    people: new DryPeople(open),
    image: new DryImage(open),
    groups: new DryGroups(open),
    dirty: new DryDirty(open),
    watermark: new DryWatermark(job),
    app: new DryApp(job),
    certificate: new DryCertificate(job),
    wish: new DryWish(job),
  };
}
