/** Where a request to GoTo gets its access token from. */
export interface AccessTokens {
  /** @param refused a token GoTo just refused: a newer one is fetched unless somebody did so already */
  get(refused?: string): Promise<string>;
  /** Another number means: somebody may have authorized the connector anew, as somebody else. */
  readonly generation: number;
}
