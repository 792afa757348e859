import { RESET_SCOPES, resetScopesOf } from '../../shared/sync/job/ResetScope';

const scopes = (text: string): readonly string[] | string => {
  const asked = resetScopesOf(text);
  return asked.kind === 'unknown' ? `no ${asked.name}` : [...asked.scopes].sort();
};

test('flags stand with commas between, in any letter case, and Full is all of them', () => {
  expect(scopes('Escrows, watermark')).toEqual(['Escrows', 'Watermark']);
  expect(scopes('Full')).toEqual([...RESET_SCOPES].sort());
  expect(scopes('QuarantineState,Full')).toEqual([...RESET_SCOPES].sort());
});

test('nothing said is what "Restart provisioning" does: all but the ties to accounts', () => {
  expect(scopes('')).toEqual(['Escrows', 'QuarantineState', 'Watermark']);
  expect(scopes(' , ')).toEqual(['Escrows', 'QuarantineState', 'Watermark']);
});

test('None forgets nothing', () => {
  expect(scopes('None')).toEqual([]);
});

test.each(['Everything', 'ForceDeletes', 'Escrows;Watermark'])('"%s" is refused', (text) => {
  expect(scopes(text)).toBe(`no ${text}`);
});
