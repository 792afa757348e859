/** Who may be at the browser. */
export const CONSENTERS = ['administrator', 'otherAdministrator', 'user', 'otherAccount'] as const;
export type Consenter = (typeof CONSENTERS)[number];
