import type { SimResponse } from '../http/SimulatedServer';
import type { Consenter } from './Consenter';

const BUTTONS: readonly { readonly as: Consenter | 'nobody'; readonly label: string; readonly who: string }[] = [
  { as: 'administrator', label: 'Allow', who: 'as GoTo Sync, administrator' },
  { as: 'otherAdministrator', label: 'Allow', who: 'as Second Admin, administrator' },
  { as: 'user', label: 'Allow', who: 'as an ordinary user' },
  { as: 'otherAccount', label: 'Allow', who: 'as an administrator of another GoTo account' },
  { as: 'nobody', label: 'Deny', who: 'agree to nothing' },
];

const STYLE = `body{margin:0;min-height:100vh;display:grid;place-items:center;background:#1b1b32;font:16px/24px system-ui,sans-serif}
main{width:min(26rem,100vw - 2rem);box-sizing:border-box;padding:2rem;background:#fff;border-radius:12px;color:#1b1b32}
h1{font-size:24px;line-height:32px;margin:0 0 .5rem}p{margin:0 0 1rem}button{display:block;width:100%;margin:.5rem 0;padding:.75rem 1rem;text-align:left;font:inherit;
border:1px solid #c9c9d6;border-radius:8px;background:#fff;cursor:pointer}button:first-of-type{background:#1b1b32;color:#fff}small{color:#5c5c73}`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** Stands for GoTo's sign-in and its consent at once. @param query of the request for authorization; it comes back with the button */
export function consentPage(query: URLSearchParams): SimResponse {
  const hidden = [...query].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const buttons = BUTTONS.map(
    ({ as, label, who }) => `<button name="as" value="${as}"><b>${label}</b> ${who}</button>`,
  );
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    text: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sign in to GoTo (simulated)</title><style>${STYLE}</style></head>
<body><main><h1>GoTo, simulated</h1><p>“Entra–GoToMeeting connector” would like to <b>manage users across products</b> (identity:).</p>
<form method="post" action="/oauth/authorize">${hidden.join('')}${buttons.join('')}</form><small>No real GoTo is asked.</small></main></body></html>`,
  };
}
