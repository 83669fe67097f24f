/** Lets what one side pushes be pulled by the other, one value at a time, so that nothing piles up. */
export class Handover<Value> implements AsyncIterable<Value> {
  #offered: { value: Value; taken(wanted: boolean): void } | undefined
  #wake: () => void = () => {}
  #state: 'open' | 'ended' | 'left' = 'open'

  /**
   * Offers a value; not to be called again before it resolves.
   *
   * @returns false when the other side has gone
   */
  put(value: Value): Promise<boolean> {
    if (this.#state === 'left') return Promise.resolve(false)
    return new Promise(taken => {
      this.#offered = { value, taken }
      this.#wake()
    })
  }

  /** There is nothing more to come. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
    this.#wake()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value> {
    try {
      for (;;) {
        const offered = this.#offered
        if (offered !== undefined) {
          yield offered.value
          this.#offered = undefined
          offered.taken(true)
        } else if (this.#state === 'open') {
          await new Promise<void>(resolve => {
            this.#wake = resolve
          })
        } else return
      }
    } finally {
      this.#state = 'left'
      this.#offered?.taken(false)
    }
  }
}
