/** Who may be at the browser when GoTo asks for consent. */
export const CONSENTERS = ['administrator', 'otherAdministrator', 'user', 'otherAccount'] as const;
export type Consenter = (typeof CONSENTERS)[number];
