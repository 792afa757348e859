/** App roles of the app registration that people sign in with. An Admin may do what a Reader may. */
export const ROLES = ['Reader', 'Admin'] as const;
export type Role = (typeof ROLES)[number];
