import type { EvaluationBudget } from '../../EvaluationBudget';
import type { UnitSet } from './CharacterSet';
import type { AssertionKind, ParsedPattern, PatternNode } from './PatternNode';
import { PatternError } from './PatternError';

/** One step of a compiled pattern; numbers are indexes of instructions. */
export type Instruction = (
  | { readonly op: 'unit'; readonly unit: number; readonly next: number; readonly backward: boolean }
  | { readonly op: 'set'; readonly set: UnitSet; readonly next: number; readonly backward: boolean }
  | { readonly op: 'split'; readonly first: number; readonly second: number }
  | { readonly op: 'save'; readonly slot: number; readonly next: number }
  | { readonly op: 'assertion'; readonly assertion: AssertionKind; readonly next: number }
  | { readonly op: 'look'; readonly negative: boolean; readonly body: number; readonly next: number }
  | { readonly op: 'atomic'; readonly body: number; readonly next: number }
  | { readonly op: 'mark'; readonly register: number; readonly next: number }
  /** Ends a round of a loop: round again if it consumed something, otherwise on. */
  | { readonly op: 'check'; readonly register: number; readonly again: number; readonly next: number }
  | { readonly op: 'match' }
) & {
  /** Registers of the loops around this step whose body may be empty, outermost first. */
  readonly around: readonly number[];
};

export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly slots: number;
  readonly registers: number;
  /** Most entries of `around` of any step. */
  readonly depth: number;
}

/** Counted repeats are written out; more steps than this is no name or phone number rule. */
const MAX_INSTRUCTIONS = 20_000;
const INSTRUCTION = { steps: 10, bytes: 128 } as const;

/** @throws PatternError when counted repeats blow the pattern up; BudgetExceeded */
export function compilePattern({ root, slots }: ParsedPattern, budget: EvaluationBudget): Program {
  return new Compiler(slots, budget).compile(root);
}

const tooLarge = (): PatternError => new PatternError('The pattern is too large; its counted repeats are too high.', 0);

type Step = Instruction extends infer I ? (I extends Instruction ? Omit<I, 'around'> : never) : never;

/** Builds from the end to the beginning, so that each step knows what comes next. */
class Compiler {
  readonly #instructions: Instruction[] = [];
  #registers = 0;
  #around: readonly number[] = [];
  #depth = 0;

  constructor(
    private readonly slots: number,
    private readonly budget: EvaluationBudget,
  ) {}

  compile(root: PatternNode): Program {
    const end = this.#add({ op: 'match' });
    const close = this.#add({ op: 'save', slot: 1, next: end });
    const body = this.#emit(root, close, false);
    const start = this.#add({ op: 'save', slot: 0, next: body });
    return {
      instructions: this.#instructions,
      start,
      slots: this.slots,
      registers: this.#registers,
      depth: this.#depth,
    };
  }

  #add(step: Step): number {
    if (this.#instructions.length >= MAX_INSTRUCTIONS) {
      throw tooLarge();
    }
    this.budget.spend(INSTRUCTION.steps, INSTRUCTION.bytes);
    this.#depth = Math.max(this.#depth, this.#around.length);
    return this.#instructions.push({ ...step, around: this.#around }) - 1;
  }

  /** @param backward inside a look-behind, which .NET matches from right to left */
  #emit(node: PatternNode, next: number, backward: boolean): number {
    // Repeats of nothing add no step, and still take their time.
    this.budget.spend(1);
    switch (node.kind) {
      case 'empty':
        return next;
      case 'unit':
        return this.#add({ op: 'unit', unit: node.unit, next, backward });
      case 'set':
        return this.#add({ op: 'set', set: node.set, next, backward });
      case 'assertion':
        return this.#add({ op: 'assertion', assertion: node.assertion, next });
      case 'sequence': {
        const items = backward ? node.items : node.items.toReversed();
        return items.reduce((after, item) => this.#emit(item, after, backward), next);
      }
      case 'alternation':
        return node.items
          .map((item) => this.#emit(item, next, backward))
          .reduceRight((second, first) => this.#add({ op: 'split', first, second }));
      case 'group': {
        const [first, last] = backward ? [1, 0] : [0, 1];
        const close = this.#add({ op: 'save', slot: node.slot * 2 + last, next });
        return this.#add({ op: 'save', slot: node.slot * 2 + first, next: this.#emit(node.body, close, backward) });
      }
      case 'look': {
        const body = this.#subProgram(node.body, !node.ahead);
        return this.#add({ op: 'look', negative: node.negative, body, next });
      }
      case 'atomic':
        return this.#add({ op: 'atomic', body: this.#subProgram(node.body, backward), next });
      case 'loop':
        return this.#loop(node, next, backward);
    }
  }

  #subProgram(body: PatternNode, backward: boolean): number {
    const around = this.#around;
    this.#around = [];
    const start = this.#emit(body, this.#add({ op: 'match' }), backward);
    this.#around = around;
    return start;
  }

  #loop(node: PatternNode & { readonly kind: 'loop' }, next: number, backward: boolean): number {
    const { body, min, lazy } = node;
    if (min > MAX_INSTRUCTIONS) throw tooLarge();
    // No value is that long, so such an upper bound is none.
    const max = node.max > MAX_INSTRUCTIONS ? Infinity : node.max;
    let entry = next;
    if (max === Infinity) {
      entry = this.#unbounded(body, next, backward, lazy);
    } else {
      for (let round = min; round < max; round += 1) entry = this.#round(body, entry, next, backward, lazy);
    }
    for (let round = 0; round < min; round += 1) entry = this.#emit(body, entry, backward);
    return entry;
  }

  #split(body: number, exit: number, lazy: boolean): number {
    return this.#add(lazy ? { op: 'split', first: exit, second: body } : { op: 'split', first: body, second: exit });
  }

  /** One optional round; an empty one ends the loop. */
  #round(body: PatternNode, again: number, exit: number, backward: boolean, lazy: boolean): number {
    if (!canBeEmpty(body) || again === exit) return this.#split(this.#emit(body, again, backward), exit, lazy);
    return this.#split(
      this.#marked(body, () => again, exit, backward),
      exit,
      lazy,
    );
  }

  #unbounded(body: PatternNode, exit: number, backward: boolean, lazy: boolean): number {
    // The loop's head is known only after its body, which jumps back to it.
    const head = this.#split(exit, exit, lazy);
    const start = canBeEmpty(body) ? this.#marked(body, () => head, exit, backward) : this.#emit(body, head, backward);
    this.#instructions[head] = {
      op: 'split',
      first: lazy ? exit : start,
      second: lazy ? start : exit,
      around: this.#around,
    };
    return head;
  }

  #marked(body: PatternNode, again: () => number, exit: number, backward: boolean): number {
    const register = this.#registers;
    this.#registers += 1;
    const outer = this.#around;
    this.#around = [...outer, register];
    const check = this.#add({ op: 'check', register, again: again(), next: exit });
    const start = this.#emit(body, check, backward);
    this.#around = outer;
    return this.#add({ op: 'mark', register, next: start });
  }
}

function canBeEmpty(node: PatternNode): boolean {
  switch (node.kind) {
    case 'unit':
    case 'set':
      return false;
    case 'empty':
    case 'assertion':
    case 'look':
      return true;
    case 'sequence':
      return node.items.every(canBeEmpty);
    case 'alternation':
      return node.items.some(canBeEmpty);
    case 'loop':
      return node.min === 0 || canBeEmpty(node.body);
    case 'group':
    case 'atomic':
      return canBeEmpty(node.body);
  }
}
