/** As they stand in SQL; a module's own calls of `vector(…)` are not among them. */
const FEATURES = [
  /\blibsql_vector_idx\b/i,
  /\bvector(?:8|16|32|64|b16|1bit|_top_k|_extract|_distance_cos|_distance_l2)\s*\(/i,
  /\brandom\s+rowid\b/i,
  /\balter\s+column\s+\S+\s+to\b/i,
]

/**
 * What a module's source names that only libSQL's engine has. Where its SQL begins and ends cannot
 * be seen from outside, so a comment counts too: the module then runs on libSQL's engine, where
 * everything else works as well.
 */
export function moduleFeature(source: string): string | undefined {
  for (const feature of FEATURES) {
    const found = feature.exec(source)
    if (found !== null) return found[0].replace(/\s*\($/, '')
  }
  return undefined
}
