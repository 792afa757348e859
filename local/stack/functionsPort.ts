/** FUNCTIONS_PORT, default 7071. @throws Error that says what to set */
export function functionsPort(text: string | undefined): number {
  if (text === undefined || text === '') return 7071;
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new Error('FUNCTIONS_PORT must be a port number from 0 to 65535.');
}

/** A taken port in words, with the setting that changes it; any other error as it is. */
export function explainStartError(error: unknown, port: number): string {
  if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'EADDRINUSE') {
    return `Port ${port} is taken. Set FUNCTIONS_PORT to a free one, for example: FUNCTIONS_PORT=${port + 1} npm start`;
  }
  return error instanceof Error ? error.message : String(error);
}
