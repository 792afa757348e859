import { CHOICE_FUNCTIONS } from './choice';
import { CONVERSION_FUNCTIONS } from './conversion';
import { DATE_FUNCTIONS } from './dates';
import type { ExpressionFunction } from './ExpressionFunction';
import { LIST_FUNCTIONS } from './lists';
import { LOGIC_FUNCTIONS } from './logic';
import { RANDOM_FUNCTIONS } from './random';
import { REPLACE_FUNCTIONS } from './replace';
import { ROLE_FUNCTIONS } from './roles';
import { TEXT_FUNCTIONS } from './text';

/** The whole language, family by family. */
export const FUNCTIONS: readonly ExpressionFunction[] = [
  ...TEXT_FUNCTIONS,
  ...REPLACE_FUNCTIONS,
  ...CHOICE_FUNCTIONS,
  ...LOGIC_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...CONVERSION_FUNCTIONS,
  ...ROLE_FUNCTIONS,
  ...RANDOM_FUNCTIONS,
];

/** Named by Microsoft, but described nowhere or for Active Directory only (entra-expressions.md 3.8). */
export const UNDESCRIBED_FUNCTIONS = [
  'Prepend',
  'IsNothing',
  'DefaultDomain',
  'AppRoleAssignments',
  'CRef',
  'StringFromSid',
] as const;

const BY_NAME = new Map(FUNCTIONS.map((definition) => [definition.name.toLowerCase(), definition]));

/** Found without regard to letter case. */
export const findFunction = (name: string): ExpressionFunction | undefined => BY_NAME.get(name.toLowerCase());
