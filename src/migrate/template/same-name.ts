import { asciiUpperCase } from '../../sql/ascii-case.js'

/** Whether two names are one to SQLite, which does not tell `a` to `z` from `A` to `Z`. */
export function sameName(a: string, b: string): boolean {
  return asciiUpperCase(a) === asciiUpperCase(b)
}
