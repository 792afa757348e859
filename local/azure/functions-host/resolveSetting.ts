/** `%NAME%` in a binding stands for a setting. @throws Error naming the one that is missing, as an indexing error would */
export function resolveSetting(text: string, environment: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(/%([^%]+)%/g, (_whole, name: string) => {
    const value = environment[name];
    if (value === undefined || value === '') throw new Error(`The setting ${name}, which a trigger names, is missing.`);
    return value;
  });
}
