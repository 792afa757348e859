/** Goes to the end until no more comes, then jumps about. Answers with the longest jump, in ms. */
export const SCROLL_TO_THE_END = `(async () => {
  const list = document.querySelector('.rows-scroller');
  const jumpTo = async (place) => {
    const from = performance.now();
    list.scrollTop = place * list.scrollHeight;
    await new Promise(requestAnimationFrame);
    return performance.now() - from;
  };
  while (/Reading|or more/.test(document.querySelector('.log-count').textContent)) await jumpTo(1);
  let worst = 0;
  for (let jump = 0; jump < 40; jump += 1) worst = Math.max(worst, await jumpTo((jump * 0.618) % 1));
  await jumpTo(1);
  return worst;
})()`;
