/**
 * Tells whether a name matches one of these patterns.
 *
 * @param patterns names, in which `*` stands for any characters and `?` for one; letter case is
 *   ignored
 */
export function matchesAny(patterns: readonly string[]): (name: string) => boolean {
  const expressions = patterns.map(expressionOf)
  return name => expressions.some(expression => expression.test(name))
}

function expressionOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'is')
}
