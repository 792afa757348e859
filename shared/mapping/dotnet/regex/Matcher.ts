/**
 * Runs a compiled pattern: the order of .NET's backtracking, but no state (step, position) is tried twice, so the time of
 * one search grows with pattern × text and never explodes (as in RE2's bit-state matcher). See docs/decisions/0006.
 */
import { BudgetExceeded } from '../../BudgetExceeded';
import type { EvaluationBudget } from '../../EvaluationBudget';
import { boundaryCharacters } from './CharacterSet';
import type { AssertionKind } from './PatternNode';
import type { Program } from './compilePattern';

const LINE_FEED = 10;
/** States of one search: 8 MB of marks. A pattern of 200 steps on a text of 10,000 characters. */
const MAX_STATES = 2_000_000;
/** Steps that a search, and a look-around or atomic group at one position, costs besides those it runs. */
const ENTRY_STEPS = 20;
/** Numbers of a stack of open choices or of captures: bytes of each. */
const NUMBER_BYTES = 8;
const STACK_GROWTH = 1024;

/** Marks of tried states, shared by all searches: a state counts as tried when it carries the number of the run. */
let marks = new Uint32Array(1024);
let runs = 0;

/** Start and end of each slot, -1 when it took no part. */
export type Captures = readonly number[];

interface SubResult {
  readonly end: number;
  readonly captures: Captures;
}

export class Matcher {
  readonly #boundary = boundaryCharacters();
  readonly #states: number;
  #captures: number[] = [];
  #registers: number[] = [];
  #searchStart = 0;
  /** Open choices; a look-around or atomic group has its own above those around it, each entry is three numbers. */
  readonly #stack: number[] = [];
  #paidStack = 0;
  #subResults = new Map<number, SubResult | null>();

  constructor(
    private readonly program: Program,
    private readonly text: string,
    private readonly budget: EvaluationBudget,
  ) {
    this.#states = program.instructions.length * (program.depth + 1) * (text.length + 1);
    if (this.#states > MAX_STATES) throw new BudgetExceeded('memory');
    if (marks.length < this.#states) {
      marks = new Uint32Array(this.#states);
      runs = 0;
    }
  }

  /**
   * The leftmost match from `from` on.
   * @param previous where the last match ended, for \G
   * @throws BudgetExceeded
   */
  search(from: number, previous: number): Captures | null {
    this.#searchStart = previous;
    this.#subResults = new Map();
    this.#captures = this.#noCaptures();
    this.#registers = new Array<number>(this.program.registers).fill(-1);
    const run = nextRun();
    // A start without a match leaves captures and registers as they were: each is restored on the way back.
    for (let start = from; start <= this.text.length; start += 1) {
      if (this.#run(this.program.start, start, run) >= 0) return this.#captures;
    }
    return null;
  }

  #noCaptures(): number[] {
    const size = this.program.slots * 2;
    this.budget.spend(ENTRY_STEPS + size, size * NUMBER_BYTES);
    return new Array<number>(size).fill(-1);
  }

  /** @returns where the match ends, -1 when there is none */
  #run(entry: number, from: number, run: number): number {
    const { instructions } = this.program;
    const stack = this.#stack;
    const floor = stack.length;
    let step = entry;
    let at = from;
    for (;;) {
      this.budget.spend(1);
      if (stack.length > this.#paidStack) {
        this.budget.spend(0, STACK_GROWTH * NUMBER_BYTES);
        this.#paidStack += STACK_GROWTH;
      }
      const instruction = instructions[step];
      if (instruction === undefined) return -1;
      let alive = this.#visit(step, at, instruction.around, run);
      if (alive) {
        switch (instruction.op) {
          case 'unit':
          case 'set': {
            const index = instruction.backward ? at - 1 : at;
            const unit = index >= 0 && index < this.text.length ? this.text.charCodeAt(index) : -1;
            alive = unit >= 0 && (instruction.op === 'unit' ? unit === instruction.unit : instruction.set.has(unit));
            at = instruction.backward ? at - 1 : at + 1;
            step = instruction.next;
            break;
          }
          case 'split':
            stack.push(JUMP, instruction.second, at);
            step = instruction.first;
            break;
          case 'save':
            stack.push(RESTORE_CAPTURE, instruction.slot, this.#captures[instruction.slot] ?? -1);
            this.#captures[instruction.slot] = at;
            step = instruction.next;
            break;
          case 'mark':
            stack.push(RESTORE_REGISTER, instruction.register, this.#registers[instruction.register] ?? -1);
            this.#registers[instruction.register] = at;
            step = instruction.next;
            break;
          case 'check':
            step = this.#registers[instruction.register] === at ? instruction.next : instruction.again;
            break;
          case 'assertion':
            alive = this.#holds(instruction.assertion, at);
            step = instruction.next;
            break;
          case 'look':
          case 'atomic': {
            const found = this.#sub(instruction.body, at);
            const isNegative = instruction.op === 'look' && instruction.negative;
            alive = (found === null) === isNegative;
            if (found !== null && !isNegative) {
              this.#adopt(found.captures, stack);
              if (instruction.op === 'atomic') at = found.end;
            }
            step = instruction.next;
            break;
          }
          case 'match':
            stack.length = floor;
            return at;
        }
      }
      if (alive) continue;
      // Back to the last choice that is still open.
      for (;;) {
        if (stack.length === floor) return -1;
        const value = stack.pop();
        const target = stack.pop();
        const kind = stack.pop();
        if (kind === undefined || target === undefined || value === undefined) return -1;
        if (kind === JUMP) {
          step = target;
          at = value;
          break;
        }
        (kind === RESTORE_CAPTURE ? this.#captures : this.#registers)[target] = value;
      }
    }
  }

  /** Whether this state is new. Which loops have consumed something belongs to it: an empty round ends its loop. */
  #visit(step: number, at: number, around: readonly number[], run: number): boolean {
    let level = 0;
    for (const register of around) if (this.#registers[register] !== at) level += 1;
    const index = (step * (this.program.depth + 1) + level) * (this.text.length + 1) + at;
    if (marks[index] === run) return false;
    marks[index] = run;
    return true;
  }

  /** A look-around or atomic group: on its own, once for each position. */
  #sub(entry: number, at: number): SubResult | null {
    const key = entry * (this.text.length + 1) + at;
    const known = this.#subResults.get(key);
    if (known !== undefined) return known;
    const outer = this.#captures;
    this.#captures = this.#noCaptures();
    const end = this.#run(entry, at, nextRun());
    const result = end < 0 ? null : { end, captures: this.#captures };
    this.#captures = outer;
    this.#subResults.set(key, result);
    return result;
  }

  #adopt(captures: Captures, stack: number[]): void {
    for (const [slot, value] of captures.entries()) {
      if (value < 0) continue;
      stack.push(RESTORE_CAPTURE, slot, this.#captures[slot] ?? -1);
      this.#captures[slot] = value;
    }
  }

  #holds(assertion: AssertionKind, at: number): boolean {
    const { text } = this;
    switch (assertion) {
      case 'beginning':
        return at === 0;
      case 'lineBeginning':
        return at === 0 || text.charCodeAt(at - 1) === LINE_FEED;
      case 'end':
        return at === text.length || (at === text.length - 1 && text.charCodeAt(at) === LINE_FEED);
      case 'lineEnd':
        return at === text.length || text.charCodeAt(at) === LINE_FEED;
      case 'veryEnd':
        return at === text.length;
      case 'searchStart':
        return at === this.#searchStart;
      case 'boundary':
        return this.#isWordAt(at - 1) !== this.#isWordAt(at);
      case 'notBoundary':
        return this.#isWordAt(at - 1) === this.#isWordAt(at);
    }
  }

  #isWordAt(index: number): boolean {
    return index >= 0 && index < this.text.length && this.#boundary.has(this.text.charCodeAt(index));
  }
}

/** Kinds of entries on the stack of open choices; each is followed by two numbers. */
const JUMP = 0;
const RESTORE_CAPTURE = 1;
const RESTORE_REGISTER = 2;

function nextRun(): number {
  runs += 1;
  if (runs > 0xffff_fff0) {
    marks.fill(0);
    runs = 1;
  }
  return runs;
}
