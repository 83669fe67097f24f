/** Rows that go to the control database in one statement. */
const ROWS_AT_ONCE = 5_000

/** A list in pieces that one statement takes. */
export function* inParts<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    yield rows.slice(start, start + ROWS_AT_ONCE)
  }
}
