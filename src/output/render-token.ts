import type { TokenReport } from '../report/token-report.js'

/** The token and nothing else, for `TOKEN=$(dbfleet token create …)`. */
export function renderToken({ token }: TokenReport): string[] {
  return [token]
}
