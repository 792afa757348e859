/** Stands in for the module the Functions host injects; unit tests register nothing. */
export const version = 'test';
export const hostVersion = 'test';
