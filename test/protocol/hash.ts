/** A text's hash of 53 bits: it stands for the text, and two texts with one hash are not told apart. */
export function hash(text: string): number {
  let a = 0x811c9dc5;
  let b = 0x1234567;
  for (let i = 0; i < text.length; i += 1) {
    const c = text.charCodeAt(i);
    a = Math.imul(a ^ c, 0x01000193);
    b = Math.imul(b ^ c, 0x85ebca6b) + (b >>> 13);
  }
  return (a >>> 0) * 2_097_152 + ((b >>> 0) & 2_097_151);
}
