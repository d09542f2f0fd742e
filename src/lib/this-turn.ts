let turn = 0;
let isOver = true;

/**
 * The turn of the event loop that is under way, as a number. Node has none: it is counted by one `setImmediate` in each
 * turn that is asked for.
 */
export function thisTurn(): number {
  if (isOver) {
    isOver = false;
    turn += 1;
    setImmediate(end);
  }
  return turn;
}

function end(): void {
  isOver = true;
}
