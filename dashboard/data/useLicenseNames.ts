import { useEffect, useState } from 'preact/hooks';
import type { LicensesAnswer } from '../../shared/api/answers/LicensesAnswer';
import { get, JOB } from './ApiClient';

/** Each question is a request to GoTo, so all views share one for so long, in ms. */
const KEEP_MS = 600_000;
const NONE: ReadonlyMap<string, string> = new Map();

let last: { readonly at: number; readonly names: Promise<ReadonlyMap<string, string>> } | undefined;

/** What licences are called, by key; empty until it is known, and where GoTo does not tell. */
export function useLicenseNames(): ReadonlyMap<string, string> {
  const [names, setNames] = useState(NONE);
  useEffect(() => {
    if (last === undefined || Date.now() - last.at > KEEP_MS) last = { at: Date.now(), names: read() };
    let isGone = false;
    void last.names.then((found) => {
      if (!isGone) setNames(found);
    });
    return () => {
      isGone = true;
    };
  }, []);
  return names;
}

const read = (): Promise<ReadonlyMap<string, string>> =>
  get<LicensesAnswer>(`${JOB}/licenses`).then(
    ({ value }) => new Map(value.map(({ key, description }) => [key, description || key])),
    () => NONE,
  );
