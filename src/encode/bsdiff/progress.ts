/** Shares the target's length out among the steps, by their weights. */
export function progressOf(length: number, weights: number, report: ((done: number) => void) | undefined) {
  let before = 0;
  let reported = 0;
  const tell = (done: number) => {
    if (report === undefined || done <= reported) return;
    reported = done;
    report(done);
  };
  return {
    within: (done: number) => tell(Math.floor((length * before + done) / (weights + 1))),
    next: (weight: number) => {
      before += weight;
      tell(Math.floor((length * before) / (weights + 1)));
    },
    end: () => tell(length),
  };
}
