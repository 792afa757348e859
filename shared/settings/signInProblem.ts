import type { Settings } from './Settings';

/**
 * Who signed in stands in a header that anybody could write, were it not for App Service authentication in front. That it is
 * on is the platform's word, and on Flex Consumption its very switch (azure-functions.md 6). Without it nobody is believed and
 * the function key stays in front of every route: nobody gets in, nobody is locked out, and provisioning goes on.
 */
export const signInProblem = (settings: Settings): string | undefined =>
  settings.SIGN_IN_WITH_ENTRA && !settings.WEBSITE_AUTH_ENABLED
    ? 'SIGN_IN_WITH_ENTRA: App Service authentication is off (WEBSITE_AUTH_ENABLED is not true), so nobody can sign in and function keys count. Deploy with signInClientId, or switch it on under Authentication in the portal and restart; never set WEBSITE_AUTH_ENABLED yourself.'
    : undefined;
