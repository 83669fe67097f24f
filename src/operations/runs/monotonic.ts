/** Milliseconds on a clock that all threads and processes of a machine share, and nobody sets. */
export function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n)
}
