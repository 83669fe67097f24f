import type { CheckReport } from '../report/check-report.js'
import { version } from '../version.js'
import { type CheckProblem, checkProblems } from './check-problems.js'

/** SARIF 2.1.0, which code scanning reads. https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
export function renderCheckSarif(report: CheckReport, base: string): string[] {
  const problems = checkProblems(report, base)
  const codes = [...new Set(problems.map(({ code }) => code))]
  const document = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'dbfleet', version, rules: codes.map(code => ({ id: code })) },
        },
        columnKind: 'utf16CodeUnits',
        results: problems.map(problem => result(problem, codes.indexOf(problem.code))),
      },
    ],
  }
  return JSON.stringify(document, null, 2).split('\n')
}

const MOST_LOCATIONS = 20

function result({ code, severity, text, hint, file, line, databases }: CheckProblem, rule: number) {
  const physicalLocation = file !== undefined && {
    artifactLocation: uriOf(file),
    ...(line !== undefined && { region: { startLine: line } }),
  }
  const logicalLocations = databases
    .slice(0, MOST_LOCATIONS)
    .map(name => ({ name, kind: 'database' }))
  return {
    ruleId: code,
    ruleIndex: rule,
    level: severity,
    message: { text: hint === undefined ? text : `${text}\n${hint}` },
    ...((physicalLocation !== false || logicalLocations.length > 0) && {
      locations: [
        {
          ...(physicalLocation !== false && { physicalLocation }),
          ...(logicalLocations.length > 0 && { logicalLocations }),
        },
      ],
    }),
  }
}

/** A path below the checkout is relative to it. */
function uriOf(file: string): { uri: string; uriBaseId?: string } {
  const uri = file.split('/').map(encodeURIComponent).join('/')
  return file.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: '%SRCROOT%' }
}
