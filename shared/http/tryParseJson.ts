/** The parsed text, or undefined when it is no JSON: bodies of errors are empty or HTML at times. */
export function tryParseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
