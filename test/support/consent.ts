/** The administrator's part at the simulated GoTo: sees the page, presses a button, is sent back. */
import type { Consenter } from '../../local/simulators/goto/Consenter';

/** @param address where the connector sent the browser. @returns where GoTo sends it back to */
export async function consent(address: string, as: Consenter | 'nobody'): Promise<URL> {
  const { origin, pathname, searchParams } = new URL(address);
  const page = await fetch(address);
  if (!(await page.text()).includes(`value="${as}"`)) throw new Error(`no such button on GoTo’s page: ${as}`);
  const answer = await fetch(`${origin}${pathname}`, {
    method: 'POST',
    body: new URLSearchParams([...searchParams, ['as', as]]),
    redirect: 'manual',
  });
  return new URL(answer.headers.get('location') ?? '');
}
