import { z } from 'zod';
import { ConnectorError } from '../model/ConnectorError';
import type { AttributeValue, Person } from '../model/Person';
import type { SourceAttribute } from '../model/SourceAttribute';
import { incompatible } from './graphShapes';

const attributeValue = z.union([z.string(), z.boolean(), z.number(), z.null(), z.array(z.string())]);

/**
 * A user row of Graph as a person.
 * @param attributes those to keep; values of other kinds than text, number, truth value and list of texts are left out
 * @throws ConnectorError InsufficientRights when Graph shows nothing but an id: without User.Read.All it does
 *   (graph-source.md 2.4). That is a fault of permission, not a company of nameless people.
 */
export function personOf(row: Readonly<Record<string, unknown>>, attributes: readonly SourceAttribute[]): Person {
  const id = row['id'];
  if (typeof id !== 'string') throw incompatible('Graph sent a user without id');
  if (row['userPrincipalName'] === null) {
    throw new ConnectorError(
      'Graph shows users without their attributes. Grant User.Read.All to the managed identity.',
      { code: 'InsufficientRights', sent: true, repeatable: false, scope: 'job' },
    );
  }
  const values: Record<string, AttributeValue> = {};
  for (const { name, property, valueOf } of attributes) {
    const value = property === null ? undefined : attributeValue.safeParse(valueOf(row));
    if (value?.success === true) values[name] = value.data;
  }
  return { id, attributes: values };
}
