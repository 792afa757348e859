/** The name behind an address. The .NET client begins addresses with a slash; names are the same in any case. */
export const entityOf = (address: string): string => address.replace(/^\//, '').toLowerCase();
