/** Commands in the shell at hand: PowerShell on Windows and wherever it runs (`PSModulePath` is its own), else a POSIX shell. */

export interface Request {
  readonly method?: 'GET' | 'POST';
  /** May name the variables of `shell.set`, as `$JOB`. */
  readonly url: string;
  readonly body?: string;
  /** Of the answer, only this text. */
  readonly property?: string;
}

export interface Shell {
  /** Sets a variable to a text, or to what stands in a file. */
  set(name: string, value: { readonly text: string } | { readonly file: string }): string;
  /** A request with the function key in `$KEY`; without, when it needs none. */
  request(request: Request, hasKey?: boolean): string;
}

const posix: Shell = {
  set: (name, value) => ('text' in value ? `${name}='${value.text}'` : `${name}=$(cat '${value.file}')`),
  request: ({ method = 'GET', url, body, property }, hasKey = true) =>
    [
      'curl -s',
      ...(hasKey ? ['-H "x-functions-key: $KEY"'] : []),
      ...(method === 'GET' ? [] : [`-X ${method}`]),
      ...(body === undefined ? [] : [`-H "content-type: application/json" -d '${body}'`]),
      `"${url.replaceAll('$', (sign, at: number) => (/^\$[A-Z]/.test(url.slice(at)) ? sign : '\\$'))}"`,
      ...(property === undefined ? [] : [`| node -pe "JSON.parse(require('fs').readFileSync(0, 'utf8')).${property}"`]),
    ].join(' '),
};

const powerShell: Shell = {
  set: (name, value) => ('text' in value ? `$${name} = '${value.text}'` : `$${name} = Get-Content '${value.file}'`),
  request: ({ method = 'GET', url, body, property }, hasKey = true) => {
    const command = [
      'Invoke-RestMethod',
      ...(hasKey ? [`-Headers @{ 'x-functions-key' = $KEY }`] : []),
      ...(method === 'GET' ? [] : [`-Method ${method}`]),
      ...(body === undefined ? [] : [`-ContentType application/json -Body '${body}'`]),
      `"${url.replaceAll('$', (sign, at: number) => (/^\$[A-Z]/.test(url.slice(at)) ? sign : '`$'))}"`,
    ].join(' ');
    return property === undefined ? `${command} | ConvertTo-Json -Depth 9` : `(${command}).${property}`;
  },
};

export const shellOf = (platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): Shell =>
  platform === 'win32' || environment['PSModulePath'] !== undefined ? powerShell : posix;
