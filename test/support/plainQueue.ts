import type { QueueConfig } from '../../local/azure/service-bus/QueueConfig';

/** A queue without sessions or duplicate detection, for tests to vary. */
export const plainQueue: QueueConfig = {
  lockDuration: 30_000,
  maxDeliveryCount: 3,
  requiresSession: false,
  requiresDuplicateDetection: false,
  duplicateDetectionHistoryTimeWindow: 60_000,
  defaultMessageTimeToLive: 3_600_000,
  deadLetteringOnMessageExpiration: true,
};
