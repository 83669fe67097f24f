import type { Difference } from '../../schema/find-differences.js'

/** What a database does that it should not, as the end of a sentence: `lacks table a`. */
export function differenceWords({ how, subject, detail }: Difference): string {
  const words = {
    lacks: `lacks ${subject}`,
    has: `has an extra ${subject}`,
    differs: `differs in ${subject}`,
  }
  return detail === undefined ? words[how] : `${words[how]}: ${detail}`
}
