import { ReadableStream } from 'node:stream/web';
import { csvOf, type Cell } from '../../shared/api/csv';
import { joined } from '../support/joined';

const pages = (rows: Cell[][]): AsyncIterable<Cell[][]> => ReadableStream.from([rows.slice(0, 2), [], rows.slice(2)]);

test('cells that a spreadsheet would run, or that would end the cell, are text', async () => {
  const chunks = csvOf(
    ['name', 'value'],
    pages([
      ['=HYPERLINK("http://evil.example")', '+1'],
      ['-2+3', '@SUM(A1)'],
      ['\tx', 'a "quoted", b'],
      ['line\r\nbreak', null],
      ['plain', -5],
    ]),
  );
  const text = await joined(chunks);
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

test('nor does what Excel splits at a semicolon or a line break, where lists are separated so', async () => {
  const cells = ['x;=1+1', 'x; @SUM(A1)', 'x\r\n-1', ' =1+1', '＝1+1', 'a-b; c=d', '{"a":"x;+1"}'];
  const text = await joined(csvOf(['value'], pages([cells])));
  expect(text.split('\r\n').slice(1).join('\r\n')).toBe(
    `"x;'=1+1","x; '@SUM(A1)","x\r\n'-1",' =1+1,'＝1+1,"a-b; c=d","{""a"":""x;'+1""}"\r\n`,
  );
});
