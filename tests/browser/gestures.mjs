// What fingers and pointers do on the grid of a poll.

/** Returns the marks of the grid: c (can), i (if need be), x (can't), or - (blank) for each time. */
export const marks = (page) => page.evaluate(() => [...document.querySelectorAll("[data-cell]")].sort((a, b) => a.dataset.cell - b.dataset.cell).map((cell) => cell.dataset.mark).join(""));

/** Returns a time of the grid. */
export const cell = (page, index) => page.locator(`[data-cell="${index}"]`);

const middle = async (page, index) => {
  const box = await cell(page, index).boundingBox();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
};

/** Drags a thumb from one time to another. */
export async function drag(page, from, to) {
  const session = await page.context().newCDPSession(page);
  const [begin, end] = [await middle(page, from), await middle(page, to)];
  const send = (type, ...touchPoints) => session.send("Input.dispatchTouchEvent", { type, touchPoints });
  await send("touchStart", begin);
  for (let step = 1; step <= 4; step += 1) {
    await send("touchMove", { x: begin.x + (end.x - begin.x) * step / 4, y: begin.y + (end.y - begin.y) * step / 4 });
    await page.waitForTimeout(16);
  }
  // A thumb rests before it leaves. After a flick, Chromium takes the next touch as the end of the movement, not as a tap.
  for (let rest = 0; rest < 4; rest += 1) { await page.waitForTimeout(40); await send("touchMove", { x: end.x + rest % 2, y: end.y }); }
  await send("touchEnd");
  await session.detach();
  await page.waitForTimeout(350);
}

/** Drags a mouse from one time to another. */
export async function dragMouse(page, from, to) {
  await cell(page, from).scrollIntoViewIfNeeded();
  const [begin, end] = [await middle(page, from), await middle(page, to)];
  await page.mouse.move(begin.x, begin.y);
  await page.mouse.down();
  await page.mouse.move(end.x, end.y, { steps: 6 });
  await page.mouse.up();
}
