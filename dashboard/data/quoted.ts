/** A text within an OData filter: a quote in it is doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
