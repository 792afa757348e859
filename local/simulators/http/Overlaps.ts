/** A request from its arrival to its answer, or to the moment its connection broke. */
export interface OpenRequest {
  subjects: readonly string[];
  readonly beside: Set<OpenRequest>;
}

/**
 * Counts pairs of requests about one subject that were open at the same time. Subjects are known only when the body has
 * come, which may be after the other one was answered: so each request remembers all that it was open beside.
 */
export class Overlaps {
  count = 0;
  readonly #open = new Set<OpenRequest>();

  begin(): OpenRequest {
    const request: OpenRequest = { subjects: [], beside: new Set(this.#open) };
    for (const other of this.#open) other.beside.add(request);
    this.#open.add(request);
    return request;
  }

  /** Says what the request is about; each pair is counted by the one that says it later. */
  about(request: OpenRequest, subjects: readonly string[]): void {
    request.subjects = subjects;
    for (const other of request.beside)
      if (other.subjects.some((subject) => subjects.includes(subject))) this.count += 1;
  }

  end(request: OpenRequest): void {
    this.#open.delete(request);
    // It has said its part; kept, these would chain every request to all before it.
    request.beside.clear();
  }
}
