import type {Finding} from '../../../model/finding.js'
import {objectLabel} from '../../../model/pod.js'
import type {Rule} from '../../../rules/rule.js'
import type {CheckReport} from '../report.js'
import type {CheckedWorkload} from '../tally.js'

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for XML 1.0: markup is spelled out, characters XML cannot hold become `?`. */
function xml(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff](?![\udc00-\udfff])/g, '?')
    .replace(/[&<>"']/g, char => ENTITIES[char] ?? char)
}

/** One failure per case, as the form allows no more: the message of the first, all of them in the text. */
function failure(open: readonly Finding[]): readonly string[] {
  const [first] = open
  if (first === undefined) return []
  const body = open.map(({message, path, fix}) =>
    [message, ...(path === undefined ? [] : [`at ${path}`]), fix].join('\n'),
  )
  const more = open.length === 1 ? '' : ` (and ${open.length - 1} more)`
  return [
    `      <failure type="${first.severity}" message="${xml(`${first.message}${more}`)}">${xml(body.join('\n\n'))}</failure>`,
  ]
}

interface Case {
  readonly code: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  readonly lines: readonly string[]
}

function casesOf({findings, notChecked}: CheckedWorkload): readonly Case[] {
  const codes = [...new Set(findings.map(({code}) => code))]
  const failed = codes.map((code): Case => {
    const own = findings.filter(each => each.code === code)
    const open = own.filter(({accepted, severity}) => accepted === undefined && severity !== 'info')
    const notes = own
      .filter(each => !open.includes(each))
      .map(({severity, message, accepted}) => `${accepted === undefined ? severity : 'accepted'}: ${message}`)
    const lines = [
      ...failure(open),
      ...(notes.length === 0 ? [] : [`      <system-out>${xml(notes.join('\n'))}</system-out>`]),
    ]
    return {code, outcome: open.length > 0 ? 'failed' : 'passed', lines}
  })
  const skipped = notChecked.map(
    ({code, gap}): Case => ({
      code,
      outcome: 'skipped',
      lines: [`      <skipped message="${xml(`${gap.what}: ${gap.detail}`)}"/>`],
    }),
  )
  return [...failed, ...skipped]
}

/** The findings as JUnit XML (the form of Ant and Surefire): a suite per workload, a case per rule; remarks do not fail, unchecked rules are skipped. */
export function junitXml(report: CheckReport, rules: readonly Rule[]): string {
  const titles = new Map(rules.map(({code, title}) => [code, title]))
  const suites = report.workloads.map(each => {
    const cases = casesOf(each)
    const name = objectLabel(each.workload)
    const failures = cases.filter(({outcome}) => outcome === 'failed').length
    const skipped = cases.filter(({outcome}) => outcome === 'skipped').length
    const rows = cases.map(({code, lines}) => {
      const head = `    <testcase classname="${xml(name)}" name="${xml(`${code} ${titles.get(code) ?? ''}`.trim())}" time="0"`
      return lines.length === 0 ? `${head}/>` : [`${head}>`, ...lines, '    </testcase>'].join('\n')
    })
    const passed = `    <testcase classname="${xml(name)}" name="${each.passed} rule${each.passed === 1 ? '' : 's'} passed" time="0"/>`
    return {
      failures,
      skipped,
      tests: cases.length + 1,
      text: [
        `  <testsuite name="${xml(name)}" tests="${cases.length + 1}" failures="${failures}" errors="0" skipped="${skipped}" time="0">`,
        passed,
        ...rows,
        '  </testsuite>',
      ].join('\n'),
    }
  })
  const sum = (pick: (suite: (typeof suites)[number]) => number) =>
    suites.reduce((total, suite) => total + pick(suite), 0)
  const head = `<testsuites name="meshctl check" tests="${sum(each => each.tests)}" failures="${sum(each => each.failures)}" errors="0" time="0">`
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...suites.map(({text}) => text), '</testsuites>', ''].join(
    '\n',
  )
}
