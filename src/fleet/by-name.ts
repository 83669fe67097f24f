/** Orders by name, in code units: the same on every machine and in every language. */
export function byName(a: { name: string }, b: { name: string }): number {
  if (a.name === b.name) return 0
  return a.name < b.name ? -1 : 1
}
