const SHOWN = 3

/** Some of a list, and how many there are besides. */
export function someOf(items: readonly string[]): string {
  const rest = items.length - SHOWN
  const shown = items.slice(0, SHOWN).join(', ')
  return rest > 0 ? `${shown} and ${rest.toLocaleString('en')} more` : shown
}
