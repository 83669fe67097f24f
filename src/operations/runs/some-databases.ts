const NAMES_SHOWN = 5

/** How many, and a few of their names: `2 databases (alice, bob)`. */
export function someDatabases(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ')
  const rest = names.length - NAMES_SHOWN
  return `${names.length} ${names.length === 1 ? 'database' : 'databases'} (${shown}${rest > 0 ? ` and ${rest} more` : ''})`
}
