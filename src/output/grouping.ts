/** Rows that ended alike. */
export interface Group<Row> {
  key: string
  /** At least one, in their original order. */
  rows: [Row, ...Row[]]
}

/** Groups rows by a key: the biggest group first, equal ones in the order they first appear. */
export function groupRows<Row>(rows: Iterable<Row>, keyOf: (row: Row) => string): Group<Row>[] {
  const groups = new Map<string, Group<Row>>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { key, rows: [row] })
    else group.rows.push(row)
  }
  return [...groups.values()].sort((a, b) => b.rows.length - a.rows.length)
}
