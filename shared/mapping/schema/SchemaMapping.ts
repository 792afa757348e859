import type { AccountAttributes } from '../../model/Account';
import type { AttributeFlows } from '../../model/Desired';
import type { Person } from '../../model/Person';
import { APP_ROLE_ASSIGNMENTS, IS_SOFT_DELETED } from '../../model/SourceAttribute';
import { accountLocale, accountName, isEmail } from '../accountRules';
import { BudgetExceeded } from '../BudgetExceeded';
import { guestAddress } from '../guestAddress';
import { EvaluationBudget } from '../EvaluationBudget';
import { attributeValueOf } from '../expression/attributeValueOf';
import { evaluateExpression } from '../expression/evaluateExpression';
import type { EvaluationScope } from '../expression/EvaluationScope';
import { attributesOf } from '../expression/Expression';
import { ExpressionError } from '../expression/ExpressionError';
import { textForm } from '../expression/textForm';
import { isList, isNullOrEmpty, type Value } from '../expression/Value';
import type { Mapped, Mapping, MappingFacts } from '../Mapping';
import { clausesOf, type ClauseResult } from '../scope/clausesOf';
import { attributesOfFilter, type ScopingFilter } from '../scope/ScopingFilter';
import { scopeOf } from '../scope/scopeOf';
import { systemRandom } from '../systemRandom';
import type { AttributeMapping } from './AttributeMapping';

/** Entra's flowTypes: which actions are switched on. */
export interface ObjectFlow {
  readonly create: boolean;
  readonly update: boolean;
  readonly delete: boolean;
}

/** What the engine itself needs of a person, mapped or not: to name, protect and block people. */
const ALWAYS_READ = ['userPrincipalName', 'mail', 'displayName', 'accountEnabled'];

/** What a mapping gives for one attribute. */
export type MappedValue =
  | { readonly kind: 'text'; readonly text: string; readonly isDefault: boolean }
  | { readonly kind: 'none' }
  | { readonly kind: 'objectSkipped' };

/** An imported schema at work. Pure but for Now and random values; every attribute is loaded whenever one is evaluated. */
export class SchemaMapping implements Mapping {
  readonly sourceAttributes: readonly string[];

  constructor(
    readonly attributes: readonly AttributeMapping[],
    readonly filter: ScopingFilter,
    readonly flow: ObjectFlow,
  ) {
    const used = attributes.flatMap((one) => (one.expression === null ? [] : attributesOf(one.expression)));
    this.sourceAttributes = [...new Set([...ALWAYS_READ, ...used, ...attributesOfFilter(filter)])];
  }

  map(person: Person, facts: MappingFacts): Mapped {
    const budget = new EvaluationBudget();
    const scope = evaluationScope(person, facts, budget);
    try {
      const isIn = scopeOf(this.filter, (name) => scope.attribute(name), budget);
      if (isIn === 'unseen') return { kind: 'leave', reason: 'InputFiltered' };
      const isOut = facts.isSoftDeleted || isIn === 'out';
      const active = this.#active(isOut ? evaluationScope(person, { ...facts, isSoftDeleted: true }, budget) : scope);
      if (isOut) {
        if (active !== false) return { kind: 'leave', reason: 'DeprovisioningNotMapped' };
        return { kind: 'inactive', reason: 'OutOfScope' };
      }
      if (active === false) return { kind: 'inactive', reason: 'InactiveByMapping' };
      return this.#account(scope);
    } catch (error) {
      if (error instanceof ExpressionError) return { kind: 'leave', reason: 'ExpressionFailed', detail: error.message };
      if (error instanceof BudgetExceeded) {
        return { kind: 'leave', reason: 'ExpressionFailed', detail: `The scoping filter: ${error.message}` };
      }
      throw error;
    }
  }

  clausesOf(person: Person, facts: MappingFacts): readonly ClauseResult[] {
    const budget = new EvaluationBudget();
    const scope = evaluationScope(person, facts, budget);
    try {
      return clausesOf(this.filter, (name) => scope.attribute(name), budget);
    } catch (error) {
      // `map` says what is wrong with it.
      if (error instanceof BudgetExceeded) return [];
      throw error;
    }
  }

  /** The value of each mapped attribute; for the command line. @throws ExpressionError */
  valueOf(mapping: AttributeMapping, person: Person, facts: MappingFacts): MappedValue {
    return mappedValue(mapping, evaluationScope(person, facts, new EvaluationBudget()));
  }

  /** What `active` says: undefined when nothing maps to it or it gives no value. */
  #active(scope: EvaluationScope): boolean | undefined {
    const mapping = this.attributes.find((one) => one.target === 'active');
    if (mapping === undefined) return undefined;
    const value = mappedValue(mapping, scope);
    if (value.kind !== 'text') return undefined;
    return !['false', '0'].includes(value.text.trim().toLowerCase());
  }

  #account(scope: EvaluationScope): Mapped {
    const flows: Partial<Record<keyof AccountAttributes, 'creation' | 'ifEmpty'>> = {};
    const texts: Partial<Record<keyof AccountAttributes, string>> = {};
    const matching: string[] = [];
    const redacted: (keyof AccountAttributes)[] = [];
    for (const mapping of this.attributes) {
      const { target } = mapping;
      if (target === 'active') continue;
      const value = mappedValue(mapping, scope);
      if (value.kind === 'objectSkipped') return { kind: 'leave', reason: 'IgnoredByMapping' };
      const text = value.kind === 'text' ? value.text.trim() : '';
      if (target in texts) {
        // A second address is there for matching only.
        if (isEmail(text)) matching.push(text);
        continue;
      }
      texts[target] = text;
      if (mapping.redacted) redacted.push(target);
      // No value: nothing is written to an account that is there (null values are not provisioned, KNO).
      if (text === '' || (value.kind === 'text' && value.isDefault)) flows[target] = 'creation';
      if (mapping.flow !== 'always') flows[target] = mapping.flow;
    }
    const { email = '', firstName = '', lastName = '', locale = '', timeZone = '' } = texts;
    if (email === '') return { kind: 'leave', reason: 'ImportSkipped' };
    if (!isEmail(email)) return { kind: 'leave', reason: 'InvalidValue' };
    const known = accountLocale(locale);
    return {
      kind: 'active',
      attributes: {
        email,
        firstName: accountName(firstName),
        lastName: accountName(lastName),
        ...(known === null ? {} : { locale: known }),
        ...(timeZone === '' ? {} : { timeZone }),
      },
      flows: flows satisfies AttributeFlows,
      matching,
      redacted,
    };
  }
}

function evaluationScope(person: Person, facts: MappingFacts, budget: EvaluationBudget): EvaluationScope {
  return {
    budget,
    attribute: (name) => {
      if (name === IS_SOFT_DELETED) return facts.isSoftDeleted;
      if (name === APP_ROLE_ASSIGNMENTS) {
        return facts.appRoles.map(({ id, value, displayName }) => ({
          kind: 'role',
          id,
          value: value ?? '',
          displayName,
        }));
      }
      const value = Object.hasOwn(person.attributes, name) ? person.attributes[name] : null;
      return attributeValueOf(name === 'userPrincipalName' && typeof value === 'string' ? guestAddress(value) : value);
    },
    nowMs: facts.nowMs,
    random: systemRandom,
    isTaken: () => false,
  };
}

function mappedValue(mapping: AttributeMapping, scope: EvaluationScope): MappedValue {
  const fallback = (): MappedValue =>
    mapping.defaultValue === null || mapping.defaultValue === ''
      ? { kind: 'none' }
      : { kind: 'text', text: mapping.defaultValue, isDefault: true };
  if (mapping.expression === null) return fallback();
  const evaluated = evaluateExpression(mapping.expression, scope);
  if (evaluated.kind === 'objectSkipped') return { kind: 'objectSkipped' };
  // Left out of the flow: not even the default (FUN, IgnoreFlowIfNullOrEmpty).
  if (evaluated.kind === 'dropped') return { kind: 'none' };
  return isNullOrEmpty(evaluated.value)
    ? fallback()
    : { kind: 'text', text: singleText(evaluated.value, mapping), isDefault: false };
}

/** GoTo's attributes have one value each (Entra: SchemaPropertyCanOnlyAcceptValue). */
function singleText(value: Value, mapping: AttributeMapping): string {
  if (!isList(value)) return value === null ? '' : textForm(value);
  const [first = null] = value;
  if (value.length === 1 && first !== null && !isList(first)) return textForm(first);
  throw new ExpressionError(
    `${mapping.targetName} takes one value, but the mapping gives ${value.length}. Take one with Item, or Join them.`,
    {
      code: 'WrongKind',
      at: 0,
      valueKind: 'list',
    },
  );
}
