/** A message as a queue keeps it. Times in ms since the epoch. */
export interface QueuedMessage {
  sequence: number;
  readonly messageId: string;
  readonly sessionId: string | undefined;
  readonly enqueuedAt: number;
  readonly expiresAt: number;
  deliveryCount: number;
  scheduledFor: number | undefined;
  /** Properties, application properties and body as sent. */
  readonly sections: readonly { readonly code: number; readonly bytes: Buffer }[];
  readonly annotations: Readonly<Record<string, unknown>>;
  readonly deadLetter: DeadLetterInfo | undefined;
}

export interface DeadLetterInfo {
  readonly source: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** What a sender says of it. */
export type NewMessage = Omit<
  QueuedMessage,
  'sequence' | 'deliveryCount' | 'enqueuedAt' | 'expiresAt' | 'deadLetter'
> & { readonly ttlMs?: number | undefined };
