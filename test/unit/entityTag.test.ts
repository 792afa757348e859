/** Who has an answer already is not sent it again, whatever a proxy on the way made of its tag. */
import { entityTag, hasAnswer } from '../../shared/api/entityTag';

const tag = entityTag('an answer');

test.each([
  [tag, true],
  [`W/${tag}`, true],
  [`"other", ${tag}`, true],
  [entityTag('another answer'), false],
  ['', false],
  [null, false],
])('If-None-Match: %s', (header, expected) => {
  expect(hasAnswer(header, tag)).toBe(expected);
});
