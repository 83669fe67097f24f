import type { Finding } from '../report/check-report.js'
import { countBy } from './count-by.js'
import type { Sample } from './families.js'

/** How many findings there are of a kind, and of how many databases they are. */
export function describeFindings(
  findings: readonly Pick<Finding, 'severity' | 'code' | 'databases'>[],
): Sample[] {
  const kindOf = ({ severity, code }: Pick<Finding, 'severity' | 'code'>) => `${severity} ${code}`
  return [...countBy(findings.map(kindOf))].flatMap(([kind, value]): Sample[] => {
    const [severity = '', code = ''] = kind.split(' ')
    const labels = { severity, code }
    const names = findings
      .filter(finding => kindOf(finding) === kind)
      .flatMap(({ databases }) => databases)
    return [
      { family: 'dbfleet_run_findings', labels, value },
      { family: 'dbfleet_run_finding_databases', labels, value: new Set(names).size },
    ]
  })
}
