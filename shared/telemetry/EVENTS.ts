/**
 * Every event the connector logs, with its fields and what kind of value each holds. A name that is not here does not
 * compile, and `npm run infra` compares every query of the alerts, the workbook and the pages with it.
 *
 * Names and fields are what customers' own queries rest on: they are added to, never renamed.
 */
export const EVENTS = {
  'cycle.started': { cycleId: 'text', mode: 'text', trigger: 'text' },
  'cycle.refused': { cycleId: 'text', trigger: 'text' },
  'cycle.sliceDone': { cycleId: 'text', step: 'text', index: 'number' },
  'cycle.planned': { cycleId: 'text', changes: 'number' },
  'cycle.finished': ended(),
  'cycle.failed': ended(),
  'cycle.resumed': { cycleId: 'text', state: 'text' },
  'cycle.messagesResent': { cycleId: 'text', count: 'number' },
  'cycle.waits': { cycleId: 'text', code: 'text', waitMs: 'number' },
  'cycle.stopping': { cycleId: 'text', code: 'text', message: 'text' },
  'cycle.givenUp': { cycleId: 'text', code: 'text', message: 'text' },
  'cycle.exception': { cycleId: 'text', message: 'text', deliveryCount: 'number' },
  'cycle.tidyFailed': { cycleId: 'text', message: 'text' },
  'job.paused': {},
  'job.started': {},
  'job.restarted': { scope: 'text' },
  'job.quarantined': { cycleId: 'text', reason: 'text', code: 'text', message: 'text', minutes: 'number' },
  'job.leftQuarantine': { reason: 'text', minutes: 'number' },
  'job.disabled': { reason: 'text', code: 'text', message: 'text' },
  'job.refused': { code: 'text', trigger: 'text' },
  'removals.staged': { cycleId: 'text', staged: 'number', wanted: 'number', allowed: 'number', managed: 'number' },
  'deletions.staged': { cycleId: 'text', staged: 'number' },
  'removals.approved': { cycleId: 'text', staged: 'number' },
  'removals.rejected': { cycleId: 'text', staged: 'number' },
  'removals.superseded': { cycleId: 'text', staged: 'number' },
  'assignments.doubted': { cycleId: 'text', rows: 'number', counted: 'number' },
  'members.doubted': { cycleId: 'text', groupId: 'text', rows: 'number', counted: 'number' },
  'removals.refuted': { cycleId: 'text', people: 'number' },
  'demand.closesLater': { cycleId: 'text', message: 'text' },
  'chunk.exception': { cycleId: 'text', lane: 'number', message: 'text', deliveryCount: 'number' },
  'person.unreadable': { cycleId: 'text', sourceId: 'text', message: 'text' },
  'change.applied': { ...change(), action: 'text', status: 'text', reason: 'text', ms: 'number' },
  'change.failed': { ...change(), code: 'text', message: 'text' },
  'change.retried': { ...change(), waitMs: 'number', reason: 'text' },
  'change.repeated': { cycleId: 'text', sourceId: 'text', action: 'text', kind: 'text' },
  'creations.halved': { cycleId: 'text', people: 'number', code: 'text' },
  'connection.missing': { toDo: 'text' },
  'connection.found': {},
  'connection.authorized': {},
  'connection.notAuthorized': { code: 'text' },
  'connection.checked': { check: 'text', status: 'text', message: 'text' },
  'connection.notTended': { message: 'text' },
  'credential.ending': { credential: 'text', daysLeft: 'number', threshold: 'number' },
  'settings.wrong': { problem: 'text' },
  'mapping.changed': { version: 'text', before: 'text' },
  'seats.short': { cycleId: 'text', waiting: 'number' },
  'seats.unknown': { cycleId: 'text', message: 'text' },
  'message.unreadable': { queue: 'text', messageId: 'text', reason: 'text' },
  'goto.throttled': { waitMs: 'number' },
  'goto.tokenRenewed': { grant: 'text', expiresInS: 'number' },
  'graph.retried': { code: 'text', status: 'number', waitMs: 'number', attempt: 'number' },
  'graph.watermarkLost': { cycleId: 'text', resyncs: 'number' },
  'access.used': { route: 'text', principalId: 'text' },
  'http.failed': { code: 'text', message: 'text' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

type FieldKind = 'text' | 'number' | 'flag';
type ValueOf<Kind> = Kind extends 'number' ? number : Kind extends 'flag' ? boolean : string;

export type EventName = keyof typeof EVENTS;

/** All fields of one event; what is not known is null or undefined. */
export type EventFields<Event extends EventName> = {
  readonly [Field in keyof (typeof EVENTS)[Event]]: ValueOf<(typeof EVENTS)[Event][Field]> | null | undefined;
};

function change() {
  return { cycleId: 'text', sourceId: 'text', attempt: 'number' } as const;
}

function ended() {
  return {
    cycleId: 'text',
    mode: 'text',
    state: 'text',
    ms: 'number',
    created: 'number',
    linked: 'number',
    updated: 'number',
    disabled: 'number',
    reenabled: 'number',
    deleted: 'number',
    skipped: 'number',
    failed: 'number',
    parked: 'number',
    staged: 'number',
    graphCalls: 'number',
    gotoReads: 'number',
    gotoWrites: 'number',
    throttled: 'number',
    error: 'text',
    code: 'text',
  } as const;
}
