/**
 * Who of all processes renews the GoTo token: a rotated refresh token works once, and whoever comes second with the old
 * one is refused. It holds no secret: the refresh token itself stays in Key Vault, the access token in each process.
 */
export interface TokenLease {
  /**
   * Takes the lease if nobody holds it, or renews one's own.
   * @param untilMs when it ends by itself, in ms since the epoch, so that a dead holder stops nobody for long
   * @returns false while another process holds it
   */
  take(untilMs: number): Promise<boolean>;
  /** Gives one's own lease back; does nothing when it is lost. */
  free(): Promise<void>;
}
