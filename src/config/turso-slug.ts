/**
 * True for what may name an organization or a group of Turso Cloud, or a database that it has
 * already: a part of a URL that means nothing else there, as `..` would.
 */
export function isTursoSlug(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9][\w.-]{0,127}$/i.test(value)
}

/** What it has to be, for errors. */
export const TURSO_SLUG_RULE =
  'must be made of letters, digits, hyphens, dots and _, and begin with a letter or digit'
