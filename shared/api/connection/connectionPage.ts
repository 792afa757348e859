/** What the administrator sees when GoTo has led the browser back: what happened, and what to do. */
import { createHash } from 'node:crypto';
import type { AuthorizationOutcome } from '../../goto/GotoAuthorization';
import type { ApiResponse } from '../ApiResponse';

interface Page {
  readonly status: number;
  readonly title: string;
  readonly what: string;
  readonly toDo: readonly string[];
}

const AGAIN = 'Open the dashboard, and authorize again.';

/** One page for each outcome. Texts are ours: nothing that came with the request, or from GoTo, stands on any. */
export const CONNECTION_PAGES: Readonly<Record<AuthorizationOutcome, Page>> = {
  Connected: {
    status: 200,
    title: 'Connected to GoTo',
    what: 'The connector may now manage users of your GoTo account, as the administrator who just agreed. All of its processes use the new connection within a minute.',
    toDo: [
      'Open the dashboard and test the connection: it says whether anything else is missing.',
      'The next cycle starts by itself; with START_WITH_PLAN it only plans, and waits for you to apply the plan.',
    ],
  },
  Denied: {
    status: 400,
    title: 'You did not agree at GoTo',
    what: 'Nothing was changed: a connection that was there before still works.',
    toDo: [`To connect, an administrator of your GoTo account has to agree. ${AGAIN}`],
  },
  StateUnknown: {
    status: 400,
    title: 'This link has been used',
    what: 'Each authorization counts once, and this one is over or was never begun here. Nothing was changed.',
    toDo: ['If a page before this one said “Connected”, all is well.', `Otherwise: ${AGAIN}`],
  },
  StateExpired: {
    status: 400,
    title: 'That took too long',
    what: 'You have ten minutes to sign in and agree at GoTo. Nothing was changed.',
    toDo: [AGAIN],
  },
  OtherBrowser: {
    status: 400,
    title: 'This was begun in another browser',
    what: 'The answer of GoTo counts only in the browser that asked for it, at the same address, and in the newest of several tabs. Nothing was changed.',
    toDo: [
      'If somebody sent you this link: do not go on, and tell whoever runs the connector.',
      `Otherwise allow cookies for this address, open the dashboard at the very address that you see now, and authorize again.`,
    ],
  },
  CodeRefused: {
    status: 400,
    title: 'GoTo did not confirm your agreement',
    what: 'GoTo refused the code that it sent with you. Nothing was changed.',
    toDo: [
      AGAIN,
      'If it stays: the redirect address of the OAuth client at developer.logmeininc.com/clients has to be this page’s address, without what follows the question mark.',
    ],
  },
  ClientRefused: {
    status: 400,
    title: 'GoTo does not know the OAuth client',
    what: 'GOTO_CLIENT_ID and the client secret do not belong together. Nothing was changed.',
    toDo: [
      'Compare GOTO_CLIENT_ID with the client at developer.logmeininc.com/clients, and store its secret anew as goto-client-secret in Key Vault.',
      `Then: ${AGAIN}`,
    ],
  },
  ScopeMissing: {
    status: 403,
    title: 'The OAuth client may not manage users',
    what: 'What you agreed to does not have the scope “identity:”, which is called “Admin Center, manage users across products”. Nothing was changed.',
    toDo: [
      'Add that scope to the client at developer.logmeininc.com/clients.',
      `Then authorize again: a scope counts only with a new consent.`,
    ],
  },
  WrongAccount: {
    status: 403,
    title: 'This is another GoTo account',
    what: 'Whoever agreed does not belong to the account of GOTO_ACCOUNT_KEY. Nothing was changed.',
    toDo: [
      'Sign out at myaccount.goto.com, and authorize again as an administrator of the right account.',
      'Or set GOTO_ACCOUNT_KEY to the account that you mean.',
    ],
  },
  WrongRole: {
    status: 403,
    title: 'This person is no administrator',
    what: 'Whoever agreed may not manage users in GoTo. Nothing was changed.',
    toDo: [
      'Authorize again as a GoTo administrator who may manage users: best an account of its own for the connector, which nobody offboards.',
      'Or give this person that role in GoTo Admin first.',
    ],
  },
  NoRefreshToken: {
    status: 400,
    title: 'GoTo gave no lasting connection',
    what: 'GoTo’s answer had no refresh token, so the connection would end within an hour. Nothing was changed.',
    toDo: [
      'Switch on the grant types “authorization code” and “refresh token” for the client at developer.logmeininc.com/clients.',
      `Then: ${AGAIN}`,
    ],
  },
  GotoFailed: {
    status: 503,
    title: 'GoTo does not answer',
    what: 'GoTo could not be asked who you are. Nothing was changed.',
    toDo: [
      `Wait a few minutes. ${AGAIN}`,
      'If it stays, test the connection on the dashboard: it says what answered in GoTo’s place.',
    ],
  },
  NotKept: {
    status: 503,
    title: 'Key Vault did not take the token',
    what: 'You agreed, but the connector could not use its Key Vault. Nothing was changed.',
    toDo: [
      'Give the connector’s managed identity the role Key Vault Secrets Officer on the vault, and look at the vault’s firewall. A new role can take minutes to count.',
      `Then: ${AGAIN}`,
    ],
  },
};

const STYLE = `
:root{color-scheme:light dark;--back:#fafafa;--card:#fff;--text:#242424;--soft:#616161;--line:#e0e0e0;--link:#0f6cbd;--good:#0e700e;--bad:#b10e1c}
@media(prefers-color-scheme:dark){:root{--back:#1f1f1f;--card:#292929;--text:#fff;--soft:#adadad;--line:#3d3d3d;--link:#479ef5;--good:#9ad29a;--bad:#eeacb2}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--back);color:var(--text);font:16px/24px 'Segoe UI',-apple-system,'Noto Sans',system-ui,sans-serif}
main{box-sizing:border-box;width:min(36rem,100vw - 2rem);margin:2rem 0;padding:2rem;background:var(--card);border:1px solid var(--line);border-top:4px solid var(--bad);border-radius:8px}
main.good{border-top-color:var(--good)}
h1{margin:0 0 .75rem;font-size:28px;line-height:36px;font-weight:600}
p{margin:0 0 1rem}
h2{margin:0 0 .25rem;font-size:16px;font-weight:600}
ul{margin:0 0 1.5rem;padding-left:1.25rem}
li{margin:.25rem 0}
a{color:var(--link)}
small{display:block;margin-top:1rem;color:var(--soft)}
`;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page of an outcome. Its address holds GoTo's code, so it tells nobody where it is, and is not kept. */
export function connectionPage(outcome: AuthorizationOutcome): ApiResponse {
  const { status, title, what, toDo } = CONNECTION_PAGES[outcome];
  const isGood = outcome === 'Connected';
  const html = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main${isGood ? ' class="good"' : ''}>
<h1>${title}</h1>
<p>${what}</p>
<h2>${isGood ? 'What comes next' : 'What to do'}</h2>
<ul>${toDo.map((one) => `<li>${one}</li>`).join('')}</ul>
<a href="/api/dashboard">Open the dashboard</a>
<small>Entra–GoToMeeting connector · ${outcome}</small>
</main></body>
</html>
`;
  return {
    status,
    headers: {
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
    content: { type: 'text/html; charset=utf-8', bytes: html },
  };
}
