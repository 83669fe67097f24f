interface Sample {
  time: number
  done: number
}

/** How fast a count grows, over the last few seconds. Times are in milliseconds. */
export class Rate {
  readonly #windowMs: number
  readonly #samples: Sample[]

  constructor(start: number, windowMs = 5_000) {
    this.#windowMs = windowMs
    this.#samples = [{ time: start, done: 0 }]
  }

  add(time: number, done: number): void {
    this.#samples.push({ time, done })
    // The oldest sample kept is the last one from before the window, so that a slow count has one.
    while (this.#samples.length > 2 && this.#samples[1]!.time <= time - this.#windowMs) {
      this.#samples.shift()
    }
  }

  /** `undefined` as long as no time has passed. */
  perSecond(): number | undefined {
    const first = this.#samples[0]!
    const last = this.#samples.at(-1)!
    const elapsed = last.time - first.time
    return elapsed > 0 ? ((last.done - first.done) * 1000) / elapsed : undefined
  }
}
