/**
 * Waits until the connector answers after a deployment, and says what it answers: the last step of `azd up`, or by hand
 *   node infra/awaitHealth.mjs https://func-….azurewebsites.net
 * Rights and settings take minutes to arrive, so what fails at first is asked again. Exit code 0 when it is
 * healthy, connected to GoTo or not yet; 1 when it is not healthy in time; 2 for a wrong address. HEALTH_WAIT_SECONDS and
 * HEALTH_PAUSE_SECONDS change how long and how often it asks.
 */
const LONGEST_WAIT_MS = Number(process.env['HEALTH_WAIT_SECONDS'] ?? 600) * 1_000;
const PAUSE_MS = Number(process.env['HEALTH_PAUSE_SECONDS'] ?? 10) * 1_000;
const REQUEST_MS = 30_000;

const address = process.argv[2] ?? process.env['SERVICE_CONNECTOR_URL'] ?? '';
if (!/^https:\/\/[^/]+\/?$|^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?\/?$/.test(address)) {
  console.error('Give the address of the function app: output SERVICE_CONNECTOR_URL of the deployment.');
  process.exit(2);
}
const base = address.replace(/\/$/, '');
const endsAt = Date.now() + LONGEST_WAIT_MS;
let last = '';
for (;;) {
  const { healthy, text } = await ask();
  if (text !== last) console.log(text);
  last = text;
  if (healthy) process.exit(0);
  if (Date.now() + PAUSE_MS > endsAt) break;
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
}
console.error(
  `The connector is not healthy after ${Math.round(LONGEST_WAIT_MS / 1_000)} s. Mend what it says above and run this again; docs/troubleshooting.md has more.`,
);
process.exit(1);

async function ask() {
  let response;
  try {
    response = await fetch(`${base}/api/health`, { redirect: 'manual', signal: AbortSignal.timeout(REQUEST_MS) });
  } catch {
    return { healthy: false, text: 'No answer yet: the app is starting, or the address is not reachable from here.' };
  }
  const body = await response.json().catch(() => undefined);
  if (response.status !== 200) return { healthy: false, text: problemOf(response.status, body) };
  const page = `${base}/api/dashboard`;
  const state =
    body?.connected === false
      ? `Healthy, not connected to GoTo yet: open ${page} and connect.`
      : `Healthy. The page: ${page}`;
  return { healthy: true, text: body?.signInProblem === undefined ? state : `${state}\n${body.signInProblem}` };
}

/**
 * The platform answers without a body while it starts; the connector says each problem and its mend.
 * @param {number} status
 * @param {{ detail?: string, problems?: readonly string[] } | undefined} body
 */
function problemOf(status, body) {
  const problems = (body?.problems ?? []).map((one) => `\n  - ${one}`).join('');
  return `${status}: ${body?.detail ?? 'the app is starting.'}${problems}`;
}
