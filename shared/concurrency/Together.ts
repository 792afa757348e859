/**
 * Costly questions: one is answered at a time, and all that are asked meanwhile are answered together by the next, which
 * begins after them and so misses nothing that was there when they were asked.
 */
export class Together<Question, Answer> {
  #next: Batch<Question, Answer> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  /** @param answer of all questions at once */
  constructor(private readonly answer: (questions: ReadonlySet<Question>) => Promise<(question: Question) => Answer>) {}

  async ask(question: Question): Promise<Answer> {
    const batch = (this.#next ??= this.#begin());
    batch.questions.add(question);
    return (await batch.answers)(question);
  }

  #begin(): Batch<Question, Answer> {
    const questions = new Set<Question>();
    const answers = this.#running.then(() => {
      this.#next = undefined;
      return this.answer(questions);
    });
    this.#running = answers.catch(() => undefined);
    return { questions, answers };
  }
}

interface Batch<Question, Answer> {
  readonly questions: Set<Question>;
  readonly answers: Promise<(question: Question) => Answer>;
}
