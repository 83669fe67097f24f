import type { CheckReport } from '../report/check-report.js'
import { type CheckProblem, checkProblems } from './check-problems.js'

/** JUnit XML: an error is a failed test, a warning or a note is output of one that passed. */
export function renderCheckJunit(report: CheckReport, base: string): string[] {
  const problems = checkProblems(report, base)
  const suites = [
    { name: 'migrations', problems: problems.filter(({ databases }) => databases.length === 0) },
    { name: 'databases', problems: problems.filter(({ databases }) => databases.length > 0) },
  ]
  const seconds = (report.durationMs / 1000).toFixed(3)
  const tests = suites.reduce((sum, { problems }) => sum + testsIn(problems), 0)
  const counts = `tests="${tests}" failures="${failuresIn(problems)}" errors="0"`
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="dbfleet check" ${counts} time="${seconds}">`,
    ...suites.flatMap(({ name, problems }) => [
      `  <testsuite name="${name}" tests="${testsIn(problems)}" failures="${failuresIn(problems)}" errors="0" skipped="0" time="0">`,
      ...(problems.length === 0
        ? [`    <testcase classname="dbfleet.${name}" name="nothing found" time="0"/>`]
        : problems.flatMap(problem => testCase(name, problem))),
      '  </testsuite>',
    ]),
    '</testsuites>',
  ]
}

function testsIn(problems: readonly CheckProblem[]): number {
  return Math.max(1, problems.length)
}

function failuresIn(problems: readonly CheckProblem[]): number {
  return problems.filter(({ severity }) => severity === 'error').length
}

function testCase(suite: string, problem: CheckProblem): string[] {
  const { code, severity, text, hint, file, line } = problem
  const [title = ''] = text.split('\n')
  const place = [
    ...(file === undefined ? [] : [`file="${escaped(file)}"`]),
    ...(line === undefined ? [] : [`line="${line}"`]),
  ]
  const where = file === undefined ? [] : [line === undefined ? file : `${file}:${line}`]
  const body = escaped([text, ...where, ...(hint === undefined ? [] : [hint])].join('\n'))
  const attributes = [
    `classname="dbfleet.${suite}"`,
    `name="${escaped(`${code}: ${title}`)}"`,
    ...place,
    'time="0"',
  ]
  return [
    `    <testcase ${attributes.join(' ')}>`,
    severity === 'error'
      ? `      <failure message="${escaped(title)}" type="${escaped(code)}">${body}</failure>`
      : `      <system-out>${severity}: ${body}</system-out>`,
    '    </testcase>',
  ]
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Characters that XML 1.0 cannot hold in any spelling become a replacement character. */
const FORBIDDEN = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu

function escaped(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd').replace(/[&<>"']/g, sign => ENTITIES[sign] ?? sign)
}
