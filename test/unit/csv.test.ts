import { csvOf } from '../../shared/api/csv';

test('cells that a spreadsheet would run, or that would end the cell, are text', () => {
  const text = csvOf(
    ['name', 'value'],
    [
      ['=HYPERLINK("http://evil.example")', '+1'],
      ['-2+3', '@SUM(A1)'],
      ['\tx', 'a "quoted", b'],
      ['line\r\nbreak', null],
      ['plain', -5],
    ],
  );
  expect(text).toBe(
    [
      '\uFEFFname,value',
      `"'=HYPERLINK(""http://evil.example"")",'+1`,
      `'-2+3,'@SUM(A1)`,
      `'\tx,"a ""quoted"", b"`,
      '"line\r\nbreak",',
      'plain,-5',
      '',
    ].join('\r\n'),
  );
});
